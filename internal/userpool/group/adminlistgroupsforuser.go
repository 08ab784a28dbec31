package group

import (
	"iter"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminListGroupsForUser returns the groups of a user, a page at a time.
func (s *Service) AdminListGroupsForUser(c *op.Call, in *cognitoidp.AdminListGroupsForUserInput) (*cognitoidp.AdminListGroupsForUserOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	groups, err := s.Realm.GroupsOf(c.Tx, p, u)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(groups, func(a, b *userpool.Group) int { return strings.Compare(a.ID, b.ID) }) // an order that changes with no setting
	out := &cognitoidp.AdminListGroupsForUserOutput{Groups: []cognitoidp.GroupType{}}
	out.NextToken, err = userpool.Walk(s.Realm, c, userpool.Listing{
		Purpose: "AdminListGroupsForUser", Bound: []string{in.UserPoolId, u.Sub}, Token: in.NextToken, Size: userpool.Size(in.Limit, maxPage),
	},
		func(after store.Key) iter.Seq2[store.At[userpool.Group], error] {
			return func(yield func(store.At[userpool.Group], error) bool) {
				for _, g := range groups {
					at := store.At[userpool.Group]{Row: g, Position: store.K(g.ID)}
					if string(at.Position) > string(after) && !yield(at, nil) {
						return
					}
				}
			}
		}, func(g *userpool.Group) (bool, error) {
			out.Groups = append(out.Groups, g.Settings)
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	return out, nil
}
