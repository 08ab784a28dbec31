package group

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminRemoveUserFromGroup ends a membership. It is no error if there is none. (inferred)
func (s *Service) AdminRemoveUserFromGroup(c *op.Call, in *cognitoidp.AdminRemoveUserFromGroupInput) error {
	p, u, g, err := s.member(c, in.UserPoolId, in.Username, in.GroupName)
	if err != nil {
		return err
	}
	if err := userpool.Memberships.Delete(c.Tx, p.Key(u.Sub, g.ID)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("delete membership: %w", err)
	}
	return nil
}
