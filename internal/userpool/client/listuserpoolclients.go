package client

import (
	"iter"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const maxPage = 60

// ListUserPoolClients returns the clients of a pool, by id. A call that gives no size gets the largest page. (inferred)
func (s *Service) ListUserPoolClients(c *op.Call, in *cognitoidp.ListUserPoolClientsInput) (*cognitoidp.ListUserPoolClientsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListUserPoolClientsOutput{UserPoolClients: []cognitoidp.UserPoolClientDescription{}}
	out.NextToken, err = userpool.Walk(s.Realm, c, userpool.Listing{
		Purpose: "ListUserPoolClients", Bound: []string{string(p.ID)}, Token: in.NextToken, Size: userpool.Size(in.MaxResults, maxPage),
	}, func(after store.Key) iter.Seq2[store.At[userpool.Client], error] {
		return userpool.Clients.ScanIndex(c.Tx, "pool", p.Key(), after, false)
	}, func(client *userpool.Client) (bool, error) {
		set := client.Settings
		out.UserPoolClients = append(out.UserPoolClients, cognitoidp.UserPoolClientDescription{
			ClientId: set.ClientId, UserPoolId: set.UserPoolId, ClientName: set.ClientName,
		})
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
