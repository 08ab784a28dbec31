package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ListTagsForResource returns the tags of the pool that an ARN names.
func (s *Service) ListTagsForResource(c *op.Call, in *cognitoidp.ListTagsForResourceInput) (*cognitoidp.ListTagsForResourceOutput, error) {
	p, err := s.tagged(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ListTagsForResourceOutput{Tags: p.Settings.UserPoolTags}, nil
}
