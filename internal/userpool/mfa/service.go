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

// put writes a user whose settings changed.
func (s *Service) put(c *op.Call, p *userpool.Pool, u *userpool.User) error {
	u.Modified = c.Now
	return s.Realm.PutUser(c.Tx, p, u)
}
