package group

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// UpdateGroup changes what it gives and leaves the rest. (inferred)
func (s *Service) UpdateGroup(c *op.Call, in *cognitoidp.UpdateGroupInput) (*cognitoidp.UpdateGroupOutput, error) {
	_, g, err := s.find(c, in.UserPoolId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := checkSettings(in.RoleArn, in.Precedence); err != nil {
		return nil, err
	}
	set := &g.Settings
	if in.Description != nil {
		set.Description = in.Description
	}
	if in.RoleArn != nil {
		set.RoleArn = in.RoleArn
	}
	if in.Precedence != nil {
		set.Precedence = in.Precedence
	}
	set.LastModifiedDate = &c.Now
	if err := userpool.Groups.Put(c.Tx, g); err != nil {
		return nil, fmt.Errorf("write group: %w", err)
	}
	return &cognitoidp.UpdateGroupOutput{Group: set}, nil
}
