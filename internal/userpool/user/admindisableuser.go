package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminDisableUser bars a user from signing in and ends all his sign-ins for good: AdminEnableUser does not bring them back.
func (s *Service) AdminDisableUser(c *op.Call, in *cognitoidp.AdminDisableUserInput) (*cognitoidp.AdminDisableUserOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if u.Enabled {
		u.Enabled, u.Modified = false, c.Now
	}
	u.SignOutEverywhere()
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminDisableUserOutput{}, nil
}
