package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminDeleteUser removes a user.
func (s *Service) AdminDeleteUser(c *op.Call, in *cognitoidp.AdminDeleteUserInput) error {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return err
	}
	return s.Realm.DeleteUser(c.Tx, p, u)
}
