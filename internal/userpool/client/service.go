package client

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area client.
type Service struct {
	Realm *userpool.Realm
	// Forget removes what other areas keep of a client that is deleted, in the same transaction.
	Forget []func(tx store.Tx, p *userpool.Pool, id userpool.ClientID) error
}

var _ cognitoidp.ClientAPI = (*Service)(nil)

// described is a client as answers show it.
func (s *Service) described(c *userpool.Client) (*cognitoidp.UserPoolClientType, error) {
	out := c.Settings
	secret, err := s.Realm.OpenSecret(c)
	if err != nil {
		return nil, err
	}
	if secret != "" {
		out.ClientSecret = &secret
	}
	return &out, nil
}
