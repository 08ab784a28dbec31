package user

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminDeleteUser removes a user. His tokens and sessions find nobody from then on; his sub is never given again.
func (s *Service) AdminDeleteUser(c *op.Call, in *cognitoidp.AdminDeleteUserInput) error {
	p, u, err := s.find(c, in.UserPoolId, in.Username)
	if err != nil {
		return err
	}
	if err := s.Realm.DropCodes(c.Tx, p, u); err != nil {
		return err
	}
	if err := s.Realm.DropDevices(c.Tx, p, u); err != nil {
		return err
	}
	if err := s.Realm.LeaveGroups(c.Tx, p, u); err != nil {
		return err
	}
	if err := userpool.Users.Delete(c.Tx, userpool.Users.Key(u)); err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}
