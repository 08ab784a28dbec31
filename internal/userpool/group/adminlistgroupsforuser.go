package group

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminListGroupsForUser returns the groups of a user, a page at a time.
func (s *Service) AdminListGroupsForUser(c *op.Call, in *cognitoidp.AdminListGroupsForUserInput) (*cognitoidp.AdminListGroupsForUserOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	u, err := s.Realm.KnownUser(c.Tx, p, in.Username)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	out := &cognitoidp.AdminListGroupsForUserOutput{Groups: []cognitoidp.GroupType{}}
	out.NextToken, err = page(c, s, asked{"AdminListGroupsForUser", []string{in.UserPoolId, u.Sub}, in.Limit, in.NextToken},
		func(after store.Key) iter.Seq2[store.At[userpool.Membership], error] {
			return func(yield func(store.At[userpool.Membership], error) bool) {
				for m, err := range userpool.Memberships.Scan(c.Tx, p.Key(u.Sub), after) {
					at := store.At[userpool.Membership]{Row: m}
					if err == nil {
						at.Position = userpool.Memberships.Key(m)
					}
					if !yield(at, err) {
						return
					}
				}
			}
		}, func(m *userpool.Membership) (bool, error) {
			g, err := userpool.Groups.Get(c.Tx, p.Key(m.Group))
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			if err != nil {
				return false, fmt.Errorf("read group: %w", err)
			}
			out.Groups = append(out.Groups, g.Settings)
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	return out, nil
}
