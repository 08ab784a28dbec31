package group

import (
	"iter"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ListGroups returns the groups of a pool by name, a page at a time.
func (s *Service) ListGroups(c *op.Call, in *cognitoidp.ListGroupsInput) (*cognitoidp.ListGroupsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListGroupsOutput{Groups: []cognitoidp.GroupType{}}
	out.NextToken, err = userpool.Walk(s.Realm, c, userpool.Listing{
		Purpose: "ListGroups", Bound: []string{in.UserPoolId}, Token: in.NextToken, Size: userpool.Size(in.Limit, maxPage),
	},
		func(after store.Key) iter.Seq2[store.At[userpool.Group], error] {
			return userpool.Groups.ScanIndex(c.Tx, "name", p.Key(), after, false)
		}, func(g *userpool.Group) (bool, error) {
			out.Groups = append(out.Groups, g.Settings)
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	return out, nil
}
