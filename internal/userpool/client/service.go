package client

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area client.
type Service struct {
	Realm *userpool.Realm
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
