package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminUserGlobalSignOut ends every sign-in of a user.
func (s *Service) AdminUserGlobalSignOut(c *op.Call, in *cognitoidp.AdminUserGlobalSignOutInput) (*cognitoidp.AdminUserGlobalSignOutOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	u.SignOutEverywhere()
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminUserGlobalSignOutOutput{}, nil
}
