package mfa

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// setup is a sign-in that waits for its user to set up a factor.
type setup struct {
	s      *Service
	c      *op.Call
	pool   *userpool.Pool
	client *userpool.Client
	user   *userpool.User
	row    *userpool.Session
}

// setup finds the sign-in behind a session. A user who has a factor by now cannot be given another this way: whoever knows his
// password alone would take it from him.
func (s *Service) setup(c *op.Call, session string) (*setup, error) {
	client, p, err := s.Realm.ClientOfSession(c.Tx, session)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, err
	}
	row, err := s.Realm.Session(c.Tx, p, client, session, userpool.SetupChallenge, c.Now)
	if err != nil {
		return nil, err
	}
	u, err := s.Realm.UserBySub(c.Tx, p, row.Who)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, fmt.Errorf("read user of a session: %w", err)
	}
	c.Record.Subject(u.Sub)
	switch {
	case row.Dead(u), u.Status != userpool.Confirmed:
		return nil, userpool.InvalidSession()
	case !u.Enabled:
		return nil, userpool.Disabled()
	case !p.Factors.Has(userpool.TOTPFactor):
		return nil, tokensOff()
	case !slices.Contains(p.Demand(u).Setup, userpool.TOTPFactor):
		return nil, userpool.InvalidSession()
	}
	return &setup{s: s, c: c, pool: p, client: client, user: u, row: row}, nil
}

// next uses the session up and opens the one that follows.
func (x *setup) next(f userpool.SecondFactor) (string, error) {
	if err := x.s.Realm.UseSession(x.c.Tx, x.row); err != nil {
		return "", err
	}
	text := userpool.NewSessionText()
	row := userpool.Session{Challenge: x.row.Challenge, Admin: x.row.Admin, Proved: x.row.Proved, Aim: x.row.Aim, Custom: x.row.Custom, Factor: &f}
	if !f.Verified {
		row.Expires = x.row.Expires // nothing was proved that would give more time
	}
	row.After(x.user)
	return text, x.s.Realm.OpenSession(x.c.Tx, x.pool, x.client, row, text, x.c.Now)
}
