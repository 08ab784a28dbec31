package userpool

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
)

// Bearer is who presents a good access token.
type Bearer struct {
	Pool   *Pool
	Client *Client
	User   *User
	Family *Family
	Claims *token.Claims
}

// Access checks the access token of a call: its pool's signature, its time, that neither it nor its user's sign-in was ended, that
// the user is enabled, and its scope. It is the only such check. The user is named in the record as soon as he is known.
func (r *Realm) Access(c *op.Call, text string) (*Bearer, error) {
	id, err := token.UnverifiedPool(text)
	if err != nil {
		return nil, invalidAccessToken()
	}
	p, err := r.AnyPool(c.Tx, PoolID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, invalidAccessToken()
	}
	if err != nil {
		return nil, fmt.Errorf("read user pool of a token: %w", err)
	}
	ks, err := r.Keys(c.Tx, p)
	if err != nil {
		return nil, err
	}
	claims, err := token.Verify(text, ks.Key, token.Expect{Issuer: r.Issuer(string(p.ID)), Use: token.UseAccess, Now: c.Now})
	if errors.Is(err, token.ErrExpired) {
		c.Record.Subject(expiredSubject(text))
		return nil, accessTokenExpired()
	}
	if err != nil {
		return nil, invalidAccessToken()
	}
	client, err := r.client(c.Tx, ClientID(claims.ClientID))
	if errors.Is(err, store.ErrNotFound) || err == nil && client.Pool != p.ID {
		return nil, invalidAccessToken() // a deleted client's tokens end with it
	}
	if err != nil {
		return nil, fmt.Errorf("read client of a token: %w", err)
	}
	u, err := r.UserBySub(c.Tx, p, claims.Subject)
	if errors.Is(err, store.ErrNotFound) {
		return nil, NoUser()
	}
	if err != nil {
		return nil, fmt.Errorf("read user of a token: %w", err)
	}
	c.Record.Subject(u.Sub)
	if !u.Enabled { // before the end of his sign-ins, which disabling him brought about
		return nil, Disabled()
	}
	b := &Bearer{Pool: p, Client: client, User: u, Claims: claims}
	if err := r.alive(c.Tx, b); err != nil {
		return nil, err
	}
	if !claims.HasScope(AdminScope) {
		return nil, accessTokenScopes()
	}
	return b, nil
}

// alive refuses a token whose family was ended. Tokens without origin_jti name it by event_id.
func (r *Realm) alive(tx store.Tx, b *Bearer) error {
	id := b.Claims.OriginJTI
	if id == "" {
		id = b.Claims.EventID
	}
	f, err := Families.Get(tx, b.Pool.key(id))
	if errors.Is(err, store.ErrNotFound) {
		return accessTokenRevoked()
	}
	if err != nil {
		return fmt.Errorf("read token family: %w", err)
	}
	if f.Sub != b.User.Sub || f.Client != b.Client.ID || f.Dead(b.User) {
		return accessTokenRevoked()
	}
	b.Family = f
	return nil
}

// expiredSubject reads the sub of a token of which nothing is wrong but its time: signature, issuer and use are checked before it.
func expiredSubject(text string) string {
	parts := strings.Split(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims map[string]json.RawMessage
	var sub string
	if json.Unmarshal(raw, &claims) != nil || json.Unmarshal(claims["sub"], &sub) != nil {
		return ""
	}
	return sub
}
