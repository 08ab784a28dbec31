package signin

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// refresh is REFRESH_TOKEN_AUTH: new ID and access tokens of the same sign-in, with the user's attributes of today. Clients whose
// tokens rotate refresh with GetTokensFromRefreshToken only.
func (s *step) refresh() (*outcome, error) {
	if err := s.required("REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	hash := s.hash()
	if s.client.HasSecret() && (hash == nil || *hash == "") {
		return nil, s.realm.CheckSecretHash(s.client, nil)
	}
	if s.client.Rotates() {
		return nil, invalidRefresh()
	}
	f, u, err := s.family(s.params["REFRESH_TOKEN"], s.realm.FamilyOfRefresh)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, invalidRefresh()
	}
	// The request names nobody, so clients make the hash with the user name or the sub.
	if err := s.realm.CheckSecretHash(s.client, hash, u.Username, u.Sub); err != nil {
		if isRefusal(err) && s.client.HasSecret() {
			return nil, refreshHashWrong(s.client.ID)
		}
		return nil, err
	}
	if err := s.refreshable(f, u, s.params[deviceKey]); err != nil {
		return nil, err
	}
	says, err := s.realm.CustomTokens(s.c, s.pool, u, trigger.TokensOfRefresh, s.via())
	if err != nil {
		return nil, err
	}
	if err := s.realm.Touch(s.c.Tx, f, userpool.OriginOf(s.c), s.c.Now); err != nil {
		return nil, err
	}
	t, err := s.realm.Issue(s.c.Tx, s.pool, s.client, u, f, says, s.c.Now)
	if err != nil {
		return nil, err
	}
	return &outcome{parameters: map[string]string{}, tokens: t}, nil
}

// refreshable answers for a sign-in that was ended or is over, for a disabled user, and for another device than the sign-in's.
func (s *step) refreshable(f *userpool.Family, u *userpool.User, device string) error {
	switch {
	case !u.Enabled: // before the end of his sign-ins, which disabling him brought about
		return userpool.Disabled()
	case f.Dead(u):
		return refreshRevoked()
	case !s.c.Now.Before(f.Ends):
		return refreshExpired()
	}
	return s.realm.CheckBound(s.c.Tx, s.pool, f, device, invalidRefresh())
}

// family finds the sign-in and user of a refresh token, nil if there is none for this client. A token that another client presents
// has been stolen or mixed up: its family ends. [RFC 9700 section 4.14]
func (s *step) family(text string, find func(store.Tx, *userpool.Pool, string) (*userpool.Family, error)) (*userpool.Family, *userpool.User, error) {
	f, err := find(s.c.Tx, s.pool, text)
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
