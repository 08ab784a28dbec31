package signin

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// GetTokensFromRefreshToken makes new ID and access tokens of a sign-in, and a new refresh token if the client's rotate: it is as
// long valid as the first would have been. Whoever presents one that was replaced, after its time of grace, ends the sign-in, since
// it cannot be told whether he or the other is the thief. [RFC 9700 section 4.14.2]
func (s *Service) GetTokensFromRefreshToken(c *op.Call, in *cognitoidp.GetTokensFromRefreshTokenInput) (*cognitoidp.GetTokensFromRefreshTokenOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	sent := ""
	if in.ClientSecret != nil {
		sent = *in.ClientSecret
	}
	if ok, err := s.Realm.CheckSecret(client, sent); err != nil {
		return nil, err
	} else if !ok {
		return nil, refreshSecretWrong(client.ID)
	}
	if !client.Rotates() && !client.Allows("REFRESH_TOKEN_AUTH") {
		return nil, flowNotEnabled("REFRESH_TOKEN_AUTH") // (inferred)
	}
	x := &step{realm: s.Realm, c: c, client: client, pool: p}
	f, u, err := x.family(in.RefreshToken, s.Realm.FamilyOfRefresh)
	replaced := err == nil && f == nil
	if replaced {
		f, u, err = x.family(in.RefreshToken, s.Realm.FamilyOfRotated)
	}
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, invalidRefresh()
	}
	device := ""
	if in.DeviceKey != nil {
		device = *in.DeviceKey
	}
	if err := x.refreshable(f, u, device); err != nil {
		return nil, err
	}
	next := ""
	switch {
	case client.Rotates():
		next, err = s.Realm.Rotate(c.Tx, f, in.RefreshToken, client.RetryGrace(), c.Now)
	case replaced: // before rotation was switched off
		err = userpool.ErrReused
	}
	if errors.Is(err, userpool.ErrReused) {
		c.Keep(func(tx store.Tx) error { return s.Realm.Revoke(tx, f) })
		return nil, refreshReused()
	}
	if err != nil {
		return nil, err
	}
	says, err := s.Realm.CustomTokens(c, p, u, trigger.TokensOfRefresh, userpool.Via{Client: client, Metadata: in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	if err := s.Realm.Touch(c.Tx, f, userpool.OriginOf(c), c.Now); err != nil {
		return nil, err
	}
	t, err := s.Realm.Issue(c.Tx, p, client, u, f, says, c.Now)
	if err != nil {
		return nil, err
	}
	if next != "" {
		t.RefreshToken = &next
	}
	return &cognitoidp.GetTokensFromRefreshTokenOutput{AuthenticationResult: t}, nil
}
