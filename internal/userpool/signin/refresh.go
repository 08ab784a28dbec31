package signin

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// refresh is REFRESH_TOKEN_AUTH: new ID and access tokens of the same sign-in, with the user's attributes of today.
func (s *step) refresh() (*outcome, error) {
	if err := s.required("REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	hash := s.hash()
	if len(s.client.Secret) > 0 && (hash == nil || *hash == "") {
		return nil, s.realm.CheckSecretHash(s.client, nil)
	}
	f, u, err := s.family(s.params["REFRESH_TOKEN"])
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, invalidRefresh()
	}
	// The request names nobody, so clients make the hash with the user name or the sub.
	if err := s.realm.CheckSecretHash(s.client, hash, u.Username, u.Sub); err != nil {
		if isRefusal(err) && len(s.client.Secret) > 0 {
			return nil, refreshHashWrong(s.client.ID)
		}
		return nil, err
	}
	switch {
	case f.Dead(u):
		return nil, refreshRevoked()
	case !s.c.Now.Before(f.Ends):
		return nil, refreshExpired()
	case !u.Enabled:
		return nil, userpool.Disabled()
	}
	t, err := s.realm.Issue(s.c.Tx, s.pool, s.client, u, f, s.c.Now)
	if err != nil {
		return nil, err
	}
	return &outcome{parameters: map[string]string{}, tokens: t}, nil
}

// family finds the sign-in and user of a refresh token, nil if there is none for this s.client. A token that another client presents
// has been stolen or mixed up: its family ends. [RFC 9700 section 4.14]
func (s *step) family(text string) (*userpool.Family, *userpool.User, error) {
	f, err := s.realm.FamilyOfRefresh(s.c.Tx, s.pool, text)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read token family: %w", err)
	}
	u, err := s.realm.UserBySub(s.c.Tx, s.pool, f.Sub)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read user of a token family: %w", err)
	}
	s.c.Record.Subject(u.Sub)
	if f.Client != s.client.ID {
		s.c.Keep(func(tx store.Tx) error { return s.realm.Revoke(tx, f) })
		return nil, nil, nil
	}
	return f, u, nil
}
