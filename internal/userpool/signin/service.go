package signin

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area signin.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.SigninAPI = (*Service)(nil)

// attempt is one try to sign in through a client.
type attempt struct {
	s      *Service
	c      *op.Call
	client *userpool.Client
	pool   *userpool.Pool
	// name is what the call said; user is nil if it means nobody.
	name string
	user *userpool.User
	// who is under which id failures are counted.
	who string
}

// begin finds whom a sign-in is about. An unknown name is UserNotFoundException unless the client hides users.
func (s *Service) begin(c *op.Call, client *userpool.Client, p *userpool.Pool, name string) (*attempt, error) {
	a := &attempt{s: s, c: c, client: client, pool: p, name: name}
	u, err := s.Realm.User(c.Tx, p, name)
	switch {
	case err == nil:
		a.user, a.who = u, u.Sub
		c.Record.Subject(u.Sub)
	case !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("read user: %w", err)
	case !client.HidesUsers():
		return nil, userpool.NoUser()
	default:
		a.who = s.Realm.Nobody(p, name)
	}
	return a, nil
}

// ready refuses a guess before it is looked at: during a lock-out, for a disabled user, and for one whose password is out of force,
// unless that would tell that he exists.
func (a *attempt) ready() error {
	locked, err := a.s.Realm.Locked(a.c.Tx, a.pool, a.who, a.c.Now)
	switch {
	case err != nil:
		return err
	case locked:
		return userpool.AttemptsExceeded()
	case a.user != nil && !a.user.Enabled:
		return userpool.Disabled()
	case a.user != nil && a.user.Status == userpool.ResetRequired && !a.client.HidesUsers():
		return resetRequired(a.client)
	}
	return nil
}

// wrong counts a failed guess, whatever becomes of the call, and is its answer.
func (a *attempt) wrong() error {
	a.c.Keep(func(tx store.Tx) error { return a.s.Realm.CountFailure(tx, a.pool, a.who, a.c.Now) })
	return userpool.Incorrect()
}

// outcome is what a sign-in step leads to: tokens or the next challenge.
type outcome struct {
	challenge  string
	session    string
	parameters map[string]string
	tokens     *cognitoidp.AuthenticationResultType
}

// admit lets in a user whose password was proved, as far as his status allows.
func (a *attempt) admit() (*outcome, error) {
	if a.user.Status == userpool.ResetRequired && a.client.HidesUsers() {
		return nil, a.wrong() // counted as any other guess, or the old password would show
	}
	if err := a.s.Realm.ClearFailures(a.c.Tx, a.pool, a.who); err != nil {
		return nil, err
	}
	switch a.user.Status {
	case userpool.Confirmed:
		return a.tokens()
	case userpool.Unconfirmed:
		return nil, notConfirmed()
	case userpool.ResetRequired:
		return nil, resetRequired(a.client)
	case userpool.ForceChangePassword:
		if !a.c.Now.Before(a.user.TemporarySince.Add(a.pool.TemporaryLife())) {
			return nil, temporaryExpired()
		}
		return a.newPassword()
	default:
		return nil, userpool.Incorrect()
	}
}

func (a *attempt) tokens() (*outcome, error) {
	t, err := a.s.Realm.Begin(a.c.Tx, a.pool, a.client, a.user, a.c.Now)
	if err != nil {
		return nil, err
	}
	return &outcome{parameters: map[string]string{}, tokens: t}, nil
}
