package authevent

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// Service is the area authevent.
type Service struct {
	Realm *userpool.Realm
	Guard *threat.Guard
}

var _ cognitoidp.AutheventAPI = (*Service)(nil)

// find returns a user of a pool that has threat protection.
func (s *Service) find(c *op.Call, p *userpool.Pool, name string) (*userpool.User, error) {
	if !threat.Protected(p) {
		return nil, notEnabled()
	}
	u, err := s.Realm.KnownUser(c.Tx, p, name)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	return u, nil
}

// give writes feedback on an event of a user.
func (s *Service) give(c *op.Call, p *userpool.Pool, u *userpool.User, id, value, provider string) error {
	e, err := s.Realm.AuthEvent(c.Tx, p, u.Sub, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && c.Now.UnixMilli() >= e.Expires {
		return noEvent(id)
	}
	if err != nil {
		return fmt.Errorf("read authentication event: %w", err)
	}
	return s.Guard.Given(c.Tx, p, u, e, userpool.Feedback{Value: value, Provider: provider, Date: c.Now}, c.Now)
}
