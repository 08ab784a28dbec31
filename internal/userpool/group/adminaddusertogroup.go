package group

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminAddUserToGroup makes a user a member. It is no error if he is one.
func (s *Service) AdminAddUserToGroup(c *op.Call, in *cognitoidp.AdminAddUserToGroupInput) error {
	p, u, g, err := s.member(c, in.UserPoolId, in.Username, in.GroupName)
	if err != nil {
		return err
	}
	has, err := s.Realm.GroupsOf(c.Tx, p, u)
	if err != nil {
		return err
	}
	if slices.Contains(u.Groups, g.ID) {
		return nil
	}
	if len(has) >= userpool.MaxMembership {
		return tooManyMemberships()
	}
	u.Groups = u.Groups[:0] // without groups that are gone
	for _, old := range append(has, g) {
		u.Groups = append(u.Groups, old.ID)
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	m := &userpool.Membership{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: u.Sub, Group: g.ID, Since: c.Now}
	if err := userpool.Memberships.Insert(c.Tx, m); err != nil {
		return fmt.Errorf("write membership: %w", err)
	}
	return nil
}
