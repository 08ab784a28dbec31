package signup

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// Service is the area signup.
type Service struct {
	Realm *userpool.Realm
	// Guard is threat protection, nil for none.
	Guard *threat.Guard
}

var _ cognitoidp.SignupAPI = (*Service)(nil)

// find returns the user a text means, nil if there is none, and under which id his calls are counted.
func (s *Service) find(c *op.Call, p *userpool.Pool, name string) (u *userpool.User, who string, err error) {
	u, err = s.Realm.User(c.Tx, p, name)
	if errors.Is(err, store.ErrNotFound) {
		who, err = s.Realm.Stranger(c.Tx, p, name)
		return nil, who, err
	}
	if err != nil {
		return nil, "", fmt.Errorf("read user: %w", err)
	}
	c.Record.Subject(u.Sub)
	return u, u.Sub, nil
}

// reachable is the attribute a confirmation code goes to: a phone number before an e-mail address, if the pool verifies it and the
// user has it. [Cognito: verifying contact information at sign-up]
func reachable(p *userpool.Pool, u *userpool.User) string {
	for _, name := range []string{userpool.Phone, userpool.Email} {
		if _, ok := u.Get(name); ok && p.Verifies(name) {
			return name
		}
	}
	return ""
}

// send makes a new confirmation code and sends it.
func (s *Service) send(c *op.Call, p *userpool.Pool, u *userpool.User, occasion, attribute string, via userpool.Via) (*cognitoidp.CodeDeliveryDetailsType, error) {
	code, err := s.Realm.NewCode(c.Tx, p, u, userpool.SignUpCode, attribute, c.Now)
	if err != nil {
		return nil, err
	}
	return s.Realm.SendCode(c, p, u, occasion, attribute, code, via)
}

// watch is threat protection's look at a call, nil where there is none.
func (s *Service) watch(c *op.Call, p *userpool.Pool, client *userpool.Client, d *cognitoidp.UserContextDataType) *threat.Watch {
	return s.Guard.Watch(c, p, client, threat.Public(c, client, d))
}
