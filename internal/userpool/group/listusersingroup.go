package group

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ListUsersInGroup returns the members of a group, a page at a time.
func (s *Service) ListUsersInGroup(c *op.Call, in *cognitoidp.ListUsersInGroupInput) (*cognitoidp.ListUsersInGroupOutput, error) {
	p, g, err := s.find(c, in.UserPoolId, in.GroupName)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListUsersInGroupOutput{Users: []cognitoidp.UserType{}}
	out.NextToken, err = userpool.Walk(s.Realm, c, userpool.Listing{
		Purpose: "ListUsersInGroup", Bound: []string{in.UserPoolId, g.ID}, Token: in.NextToken, Size: userpool.Size(in.Limit, maxPage),
	},
		userpool.ByKey(c.Tx, &userpool.Memberships, p.Key(g.ID)), func(m *userpool.Membership) (bool, error) {
			u, err := s.Realm.UserBySub(c.Tx, p, m.Sub)
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			out.Users = append(out.Users, p.UserType(u, nil))
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	return out, nil
}
