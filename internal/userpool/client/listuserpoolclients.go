package client

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	pagePurpose = "ListUserPoolClients"
	maxPage     = 60
)

// ListUserPoolClients returns the clients of a pool, by id. A call that gives no size gets the largest page. (inferred)
func (s *Service) ListUserPoolClients(c *op.Call, in *cognitoidp.ListUserPoolClientsInput) (*cognitoidp.ListUserPoolClientsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	binding := []string{c.Account, c.Region, c.Caller.ID, string(p.ID)}
	var after store.Key
	if in.NextToken != nil {
		raw, err := s.Realm.Vault.OpenToken(pagePurpose, *in.NextToken, binding...)
		if err != nil {
			return nil, badPageToken()
		}
		after = raw
	}
	size := maxPage
	if in.MaxResults != nil {
		size = int(min(max(*in.MaxResults, 1), maxPage))
	}
	out := &cognitoidp.ListUserPoolClientsOutput{UserPoolClients: []cognitoidp.UserPoolClientDescription{}}
	var last store.Key
	for at, err := range userpool.Clients.ScanIndex(c.Tx, "pool", store.K(p.Account, p.Region, string(p.ID)), after, false) {
		if err != nil {
			return nil, fmt.Errorf("list app clients: %w", err)
		}
		if len(out.UserPoolClients) == size {
			out.NextToken = new(s.Realm.Vault.SealToken(pagePurpose, last, binding...))
			break
		}
		last = at.Position
		set := at.Row.Settings
		out.UserPoolClients = append(out.UserPoolClients, cognitoidp.UserPoolClientDescription{
			ClientId: set.ClientId, UserPoolId: set.UserPoolId, ClientName: set.ClientName,
		})
	}
	return out, nil
}
