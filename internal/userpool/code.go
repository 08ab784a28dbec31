package userpool

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/code"
	"github.com/cogtrail/cogtrail/internal/store"
)

// SignUpCode is the purpose of codes that confirm a sign-up; they are good for a day. [Cognito: code validity]
const (
	SignUpCode     = "sign-up"
	signUpCodeLife = 24 * time.Hour
)

// sentCode is the one outstanding code of a user for a purpose. A new one replaces it.
type sentCode struct {
	Account string
	Region  string
	Pool    PoolID
	Sub     string
	Purpose string
	Hash    []byte
	// Attribute and Value are where it was sent: the code proves this value and no other.
	Attribute string
	Value     string
	Expires   int64 // ms since 1970
}

var codes = store.Table[sentCode]{
	Name: "userpool.codes",
	Key:  func(s *sentCode) store.Key { return store.K(s.Account, s.Region, string(s.Pool), s.Sub, s.Purpose) },
	Indexes: []store.Index[sentCode]{
		{Name: expires, Of: func(s *sentCode) []store.Key { return []store.Key{store.K(s.Expires)} }},
	},
}

// ErrCodeExpired and ErrCodeWrong are why a code is refused. No code outstanding counts as expired.
var (
	ErrCodeExpired = errors.New("code has expired")
	ErrCodeWrong   = errors.New("code does not match")
)

// NewCode makes the user's code for a purpose, to be sent to the value of an attribute, and forgets an older one.
func (r *Realm) NewCode(tx store.Tx, p *Pool, u *User, purpose, attribute string, now time.Time) (string, error) {
	text := code.New()
	v, _ := u.Get(attribute)
	sum := code.Hash(r.Vault, purpose, string(p.key(u.Sub)), text)
	err := codes.Put(tx, &sentCode{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: u.Sub, Purpose: purpose, Hash: sum[:],
		Attribute: attribute, Value: v, Expires: now.Add(signUpCodeLife).UnixMilli(),
	})
	if err != nil {
		return "", fmt.Errorf("write code: %w", err)
	}
	return text, nil
}

// RedeemCode uses up a user's code and returns the attribute it proves, empty if that has another value by now.
func (r *Realm) RedeemCode(tx store.Tx, p *Pool, u *User, purpose, text string, now time.Time) (attribute string, err error) {
	s, err := codes.Get(tx, p.key(u.Sub, purpose))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", ErrCodeExpired
	case err != nil:
		return "", fmt.Errorf("read code: %w", err)
	case now.UnixMilli() >= s.Expires:
		return "", ErrCodeExpired
	}
	if !code.Match(r.Vault, purpose, string(p.key(u.Sub)), [32]byte(s.Hash), text) {
		return "", ErrCodeWrong
	}
	if err := codes.Delete(tx, codes.Key(s)); err != nil {
		return "", fmt.Errorf("use up code: %w", err)
	}
	v, _ := u.Get(s.Attribute)
	if subtle.ConstantTimeCompare([]byte(v), []byte(s.Value)) != 1 {
		return "", nil
	}
	return s.Attribute, nil
}

// DropCodes forgets what was sent to a user.
func (r *Realm) DropCodes(tx store.Tx, p *Pool, u *User) error {
	err := codes.Delete(tx, p.key(u.Sub, SignUpCode))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("drop code: %w", err)
	}
	return nil
}
