package pool

import (
	"maps"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// TagResource adds tags to the pool that an ARN names, over those with the same keys. The pool's date of change stays. (inferred)
func (s *Service) TagResource(c *op.Call, in *cognitoidp.TagResourceInput) (*cognitoidp.TagResourceOutput, error) {
	p, err := s.tagged(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	set := p.Settings
	set.UserPoolTags = map[string]string{}
	maps.Copy(set.UserPoolTags, p.Settings.UserPoolTags)
	maps.Copy(set.UserPoolTags, in.Tags)
	if err := checkTags(set.UserPoolTags); err != nil {
		return nil, err
	}
	if err := sameCredential(p.Settings.UserPoolTags, set.UserPoolTags); err != nil {
		return nil, err
	}
	if err := s.change(c, p, set); err != nil {
		return nil, err
	}
	return &cognitoidp.TagResourceOutput{}, nil
}
