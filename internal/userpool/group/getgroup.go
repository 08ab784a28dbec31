package group

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetGroup returns one group.
func (s *Service) GetGroup(c *op.Call, in *cognitoidp.GetGroupInput) (*cognitoidp.GetGroupOutput, error) {
	_, g, err := s.find(c, in.UserPoolId, in.GroupName)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetGroupOutput{Group: &g.Settings}, nil
}
