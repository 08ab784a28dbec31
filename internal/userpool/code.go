package userpool

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/code"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Purposes of codes.
const (
	SignUpCode   = "sign-up"
	RecoveryCode = "recovery"
)

// AttributeCode is the purpose of codes that verify an attribute of a user who is signed in.
func AttributeCode(attribute string) string { return "attribute " + attribute }

// codeLife is how long a code is good. [Cognito: code validity]
func codeLife(purpose string) time.Duration {
	if purpose == RecoveryCode {
		return time.Hour
	}
	return 24 * time.Hour
}

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
	v, _ := u.Get(attribute)
	return r.NewCodeFor(tx, p, u.Sub, purpose, Attribute{attribute, v}, now)
}

// NewCodeFor is NewCode for an address the user has not (yet), or for the id of an unknown name, whose code nobody gets.
func (r *Realm) NewCodeFor(tx store.Tx, p *Pool, who, purpose string, to Attribute, now time.Time) (string, error) {
	text := code.New()
	sum := code.Hash(r.Vault, purpose, string(p.key(who)), text)
	err := codes.Put(tx, &sentCode{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: who, Purpose: purpose, Hash: sum[:],
		Attribute: to.Name, Value: to.Value, Expires: now.Add(codeLife(purpose)).UnixMilli(),
	})
	if err != nil {
		return "", fmt.Errorf("write code: %w", err)
	}
	return text, nil
}

// Redeem uses up a code of a user, or of an unknown name's id, and returns the address it was sent to, which it proves.
func (r *Realm) Redeem(tx store.Tx, p *Pool, who, purpose, text string, now time.Time) (Attribute, error) {
	s, err := codes.Get(tx, p.key(who, purpose))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Attribute{}, ErrCodeExpired
	case err != nil:
		return Attribute{}, fmt.Errorf("read code: %w", err)
	case now.UnixMilli() >= s.Expires:
		return Attribute{}, ErrCodeExpired
	}
	if !code.Match(r.Vault, purpose, string(p.key(who)), [32]byte(s.Hash), text) {
		return Attribute{}, ErrCodeWrong
	}
	if err := codes.Delete(tx, codes.Key(s)); err != nil {
		return Attribute{}, fmt.Errorf("use up code: %w", err)
	}
	return Attribute{s.Attribute, s.Value}, nil
}

// RedeemCode uses up a user's code and returns the attribute it proves, empty if that has another value by now.
func (r *Realm) RedeemCode(tx store.Tx, p *Pool, u *User, purpose, text string, now time.Time) (attribute string, err error) {
	proved, err := r.Redeem(tx, p, u.Sub, purpose, text, now)
	if err != nil {
		return "", err
	}
	if v, _ := u.Get(proved.Name); !proved.Is(v) {
		return "", nil
	}
	return proved.Name, nil
}

// Is tells in constant time whether an attribute has a value.
func (a Attribute) Is(v string) bool {
	return subtle.ConstantTimeCompare([]byte(a.Value), []byte(v)) == 1
}

// DropCode forgets a user's code for a purpose.
func (r *Realm) DropCode(tx store.Tx, p *Pool, u *User, purpose string) error {
	err := codes.Delete(tx, p.key(u.Sub, purpose))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("drop code: %w", err)
	}
	return nil
}

// DropCodes forgets everything that was sent to a user.
func (r *Realm) DropCodes(tx store.Tx, p *Pool, u *User) error {
	for _, purpose := range []string{SignUpCode, RecoveryCode, AttributeCode(Email), AttributeCode(Phone), passkeyChallenge} {
		if err := r.DropCode(tx, p, u, purpose); err != nil {
			return err
		}
	}
	return nil
}
