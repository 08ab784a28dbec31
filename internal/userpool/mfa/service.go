package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area mfa.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.MfaAPI = (*Service)(nil)

// find returns the pool and the user of an administrative call.
func (s *Service) find(c *op.Call, poolID, name string) (*userpool.Pool, *userpool.User, error) {
	p, err := s.Realm.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	u, err := s.Realm.KnownUser(c.Tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	c.Record.Subject(u.Sub)
	return p, u, nil
}

// put writes a user whose settings changed.
func (s *Service) put(c *op.Call, p *userpool.Pool, u *userpool.User) error {
	u.Modified = c.Now
	return s.Realm.PutUser(c.Tx, p, u)
}
