package pool

import (
	"maps"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UntagResource takes tags off the pool that an ARN names. A key it does not have is no error.
func (s *Service) UntagResource(c *op.Call, in *cognitoidp.UntagResourceInput) (*cognitoidp.UntagResourceOutput, error) {
	p, err := s.tagged(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	set := p.Settings
	set.UserPoolTags = map[string]string{}
	maps.Copy(set.UserPoolTags, p.Settings.UserPoolTags)
	for _, key := range in.TagKeys {
		delete(set.UserPoolTags, key)
	}
	if err := sameCredential(p.Settings.UserPoolTags, set.UserPoolTags); err != nil {
		return nil, err
	}
	if err := s.change(c, p, set); err != nil {
		return nil, err
	}
	return &cognitoidp.UntagResourceOutput{}, nil
}
