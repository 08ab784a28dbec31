package resourceserver

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const maxPage = 50

// ListResourceServers returns the resource servers of a pool, by identifier.
func (s *Service) ListResourceServers(c *op.Call, in *cognitoidp.ListResourceServersInput) (*cognitoidp.ListResourceServersOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	rows, next, err := userpool.Page(s.Realm, c, p, &Servers, in.NextToken, userpool.Size(in.MaxResults, maxPage))
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListResourceServersOutput{ResourceServers: []cognitoidp.ResourceServerType{}, NextToken: next}
	for _, row := range rows {
		out.ResourceServers = append(out.ResourceServers, row.Settings)
	}
	return out, nil
}
