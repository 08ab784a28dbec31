package group

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminRemoveUserFromGroup ends a membership. It is no error if there is none. (inferred)
func (s *Service) AdminRemoveUserFromGroup(c *op.Call, in *cognitoidp.AdminRemoveUserFromGroupInput) error {
	p, u, g, err := s.member(c, in.UserPoolId, in.Username, in.GroupName)
	if err != nil {
		return err
	}
	i := slices.Index(u.Groups, g.ID)
	if i < 0 {
		return nil
	}
	u.Groups = slices.Delete(u.Groups, i, i+1)
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	if err := userpool.Memberships.Delete(c.Tx, p.Key(g.ID, u.Sub)); err != nil {
		return fmt.Errorf("delete membership: %w", err)
	}
	return nil
}
