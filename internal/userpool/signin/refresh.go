package signin

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// refresh is REFRESH_TOKEN_AUTH: new ID and access tokens of the same sign-in, with the user's attributes of today.
func (s *Service) refresh(c *op.Call, client *userpool.Client, p *userpool.Pool, params map[string]string) (*outcome, error) {
	if err := required(params, "REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	hash := sentHash(params)
	if client.HasSecret() && (hash == nil || *hash == "") {
		return nil, s.Realm.CheckSecretHash(client, nil)
	}
	f, u, err := s.family(c, client, p, params["REFRESH_TOKEN"])
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, invalidRefresh()
	}
	// The request names nobody, so clients make the hash with the user name or the sub.
	if err := s.Realm.CheckSecretHash(client, hash, u.Username, u.Sub); err != nil {
		if isRefusal(err) && client.HasSecret() {
			return nil, refreshHashWrong(client.ID)
		}
		return nil, err
	}
	switch {
	case !u.Enabled: // before the end of his sign-ins, which disabling him brought about
		return nil, userpool.Disabled()
	case f.Dead(u):
		return nil, refreshRevoked()
	case !c.Now.Before(f.Ends):
		return nil, refreshExpired()
	}
	t, err := s.Realm.Issue(c.Tx, p, client, u, f, c.Now)
	if err != nil {
		return nil, err
	}
	return &outcome{parameters: map[string]string{}, tokens: t}, nil
}

// family finds the sign-in and user of a refresh token, nil if there is none for this client. A token that another client presents
// has been stolen or mixed up: its family ends. [RFC 9700 section 4.14]
func (s *Service) family(c *op.Call, client *userpool.Client, p *userpool.Pool, text string) (*userpool.Family, *userpool.User, error) {
	f, err := s.Realm.FamilyOfRefresh(c.Tx, p, text)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read token family: %w", err)
	}
	u, err := s.Realm.UserBySub(c.Tx, p, f.Sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read user of a token family: %w", err)
	}
	c.Record.Subject(u.Sub)
	if f.Client != client.ID {
		c.Keep(func(tx store.Tx) error { return s.Realm.Revoke(tx, f) })
		return nil, nil, nil
	}
	return f, u, nil
}
