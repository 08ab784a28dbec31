package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminEnableUser lets a disabled user sign in again.
func (s *Service) AdminEnableUser(c *op.Call, in *cognitoidp.AdminEnableUserInput) (*cognitoidp.AdminEnableUserOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if !u.Enabled {
		u.Enabled, u.Modified = true, c.Now
		if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
			return nil, err
		}
	}
	return &cognitoidp.AdminEnableUserOutput{}, nil
}
