package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteUser removes the user of the token.
func (s *Service) DeleteUser(c *op.Call, in *cognitoidp.DeleteUserInput) error {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return err
	}
	return s.Realm.DeleteUser(c.Tx, b.Pool, b.User)
}
