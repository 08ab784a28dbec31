package userpool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
)

// Rotation is what a family keeps of refresh tokens that were replaced. Every token of a family shares its handle, so any old one
// leads to the family without being stored.
type Rotation struct {
	// Handle is the keyed hash of the tokens' handle.
	Handle []byte
	// Last is the keyed hash of the token before the present one, At when it was replaced, in ms since 1970.
	Last []byte
	At   int64
	// Count is how many tokens came before.
	Count uint64
}

// Rotates tells that a client's refresh tokens are replaced at every use.
func (c *Client) Rotates() bool {
	r := c.Settings.RefreshTokenRotation
	return r != nil && r.Feature == "ENABLED"
}

// RetryGrace is how long a replaced refresh token may be used again, for a client that did not get the answer.
func (c *Client) RetryGrace() time.Duration {
	if r := c.Settings.RefreshTokenRotation; r != nil {
		return time.Duration(value(r.RetryGracePeriodSeconds)) * time.Second
	}
	return 0
}

// marksTokens tells that a client's tokens carry origin_jti and jti. [Cognito: they do with revocation or with rotation]
func (c *Client) marksTokens() bool { return c.Revokes() || c.Rotates() }

// ErrReused tells that a refresh token was replaced and its time of grace is over.
var ErrReused = errors.New("refresh token was replaced by rotation")

// FamilyOfRotated returns the family of a refresh token that was replaced, or store.ErrNotFound.
func (r *Realm) FamilyOfRotated(tx store.Tx, p *Pool, refresh string) (*Family, error) {
	if token.CheckRefresh(refresh) != nil {
		return nil, store.ErrNotFound
	}
	for _, sum := range r.Vault.MACs(token.HandlePurpose, []byte(token.RefreshHandle(refresh))) {
		f, err := Families.Find(tx, "handle", p.key(sum[:]))
		if err == nil || !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	return nil, store.ErrNotFound
}

// Rotate replaces a family's refresh token by the next and returns that. For the token it replaced last it returns the present one
// again within the time of grace; for any other it returns ErrReused.
func (r *Realm) Rotate(tx store.Tx, f *Family, refresh string, grace time.Duration, now time.Time) (string, error) {
	handle := token.RefreshHandle(refresh)
	if !r.isToken(f.Token, refresh) {
		if f.Rotation == nil || !r.isToken(f.Rotation.Last, refresh) || now.UnixMilli()-f.Rotation.At >= grace.Milliseconds() {
			return "", ErrReused
		}
		for _, key := range r.Vault.MACs(token.RotationPurpose, f.rotationKey()...) { // a retired key may have made it
			if next := token.NextRefresh(handle, key); r.isToken(f.Token, next) {
				return next, nil
			}
		}
		return "", ErrReused
	}
	next := Rotation{Last: f.Token, At: now.UnixMilli(), Count: 1}
	if f.Rotation != nil {
		next.Count = f.Rotation.Count + 1
	}
	at := r.Vault.MAC(token.HandlePurpose, []byte(handle))
	next.Handle = at[:]
	f.Rotation = &next
	text := token.NextRefresh(handle, r.Vault.MAC(token.RotationPurpose, f.rotationKey()...))
	sum := token.RefreshHash(r.Vault, text)
	f.Token = sum[:]
	if err := Families.Put(tx, f); err != nil {
		return "", fmt.Errorf("rotate refresh token: %w", err)
	}
	return text, nil
}

// rotationKey is what the present token of a family is made from, with the vault's key.
func (f *Family) rotationKey() [][]byte {
	return [][]byte{[]byte(f.Account), []byte(f.Pool), []byte(f.ID), binary.BigEndian.AppendUint64(nil, f.Rotation.Count)}
}

// isToken tells whether sum is the keyed hash of a refresh token.
func (r *Realm) isToken(sum []byte, refresh string) bool {
	return len(sum) == 32 && r.Vault.CheckMAC(token.RefreshPurpose, [32]byte(sum), []byte(refresh))
}
