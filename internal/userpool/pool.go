package userpool

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CredentialTag is the pool tag that chooses what is kept of passwords: "srp" (the default, a sealed verifier) or "argon2id"
// (a hash, and no SRP).
const CredentialTag = "cogtrail:credential"

// Attribute names the rules of pools speak of.
const (
	Email             = "email"
	Phone             = "phone_number"
	PreferredUsername = "preferred_username"
)

// Pool is one user pool. A Pool that Realm.Pool returned is shared and must not be changed.
type Pool struct {
	ID      PoolID
	Account string
	Region  string
	// Settings is the pool as it is described, with every default filled in, without the estimate of its users.
	Settings cognitoidp.UserPoolType
	Factors  PoolFactors `json:",omitzero"`
	// Sessions is nil if it was never set.
	Sessions *Tracking `json:",omitempty"`

	attributes map[string]*cognitoidp.SchemaAttributeType
	order      map[string]int
}

// Pools holds the pools of all accounts by id, because tokens and clients name a pool before its account is known. Listing goes
// by the index, which begins with the account.
var Pools = store.Table[Pool]{
	Name: "userpool.pools",
	Key:  func(p *Pool) store.Key { return store.K(string(p.ID)) },
	Indexes: []store.Index[Pool]{
		{Name: "account", Unique: true, Of: func(p *Pool) []store.Key { return []store.Key{store.K(p.Account, p.Region, string(p.ID))} }},
	},
}

// Prepare builds what is looked up often. Realm.Pool has done it; a pool made by hand needs it before use.
func (p *Pool) Prepare() *Pool {
	p.attributes = make(map[string]*cognitoidp.SchemaAttributeType, len(p.Settings.SchemaAttributes))
	p.order = make(map[string]int, len(p.Settings.SchemaAttributes))
	for i := range p.Settings.SchemaAttributes {
		a := &p.Settings.SchemaAttributes[i]
		p.attributes[*a.Name] = a
		p.order[*a.Name] = i
	}
	return p
}

// AnyPool returns a pool whoever owns it, or store.ErrNotFound. It is for calls that carry a credential of the pool itself.
func (r *Realm) AnyPool(tx store.Tx, id PoolID) (*Pool, error) {
	raw, err := tx.Get(Pools.Name, store.K(string(id)))
	if err != nil {
		return nil, err
	}
	return r.pools.get(string(id), raw, func(raw []byte) (*Pool, error) {
		p := new(Pool)
		if err := json.Unmarshal(raw, p); err != nil {
			return nil, fmt.Errorf("decode user pool: %w", err)
		}
		return p.Prepare(), nil
	})
}

// Pool returns a pool of the caller's account and Region for a signed call. Any other pool does not exist for it.
func (r *Realm) Pool(c *op.Call, id string) (*Pool, error) {
	p, err := r.AnyPool(c.Tx, PoolID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, NoPool(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read user pool: %w", err)
	}
	if p.Account != c.Account || p.Region != c.Region {
		return nil, NoPool(id)
	}
	return p, nil
}

// Key is the key of a row that belongs to the pool, or the beginning of such keys.
func (p *Pool) Key(parts ...any) store.Key { return p.key(parts...) }

// key begins the key of every row that belongs to the pool.
func (p *Pool) key(parts ...any) store.Key {
	all := append(make([]any, 0, 8), p.Account, p.Region, string(p.ID))
	return store.K(append(all, parts...)...)
}

// SRPName is the pool's name in the SRP arithmetic: its id after the underscore.
func (p *Pool) SRPName() string {
	_, name, _ := strings.Cut(string(p.ID), "_")
	return name
}

// Fold is the form in which user names and aliases are compared.
func (p *Pool) Fold(s string) string {
	if c := p.Settings.UsernameConfiguration; c != nil && !c.CaseSensitive {
		return strings.ToLower(s)
	}
	return s // [Cognito: pools made by the API are case sensitive unless told otherwise]
}

// UsesAttributes tells that the user name is an e-mail address or a phone number and the stored name is the sub.
func (p *Pool) UsesAttributes() bool { return len(p.Settings.UsernameAttributes) > 0 }

// SignsInWith tells whether users may sign in with an attribute's value.
func (p *Pool) SignsInWith(attribute string) bool {
	return slices.Contains(p.Settings.UsernameAttributes, attribute) || slices.Contains(p.Settings.AliasAttributes, attribute)
}

// Verifies tells whether the pool sends a code to verify an attribute.
func (p *Pool) Verifies(attribute string) bool {
	return slices.Contains(p.Settings.AutoVerifiedAttributes, attribute)
}

// KeepsHash tells that the pool keeps argon2id hashes and no SRP verifiers.
func (p *Pool) KeepsHash() bool { return p.Settings.UserPoolTags[CredentialTag] == "argon2id" }

// Policy is the pool's password policy.
func (p *Pool) Policy() password.Policy {
	s := p.passwordPolicy()
	return password.Policy{
		MinimumLength: int(value(s.MinimumLength)), RequireUppercase: value(s.RequireUppercase), RequireLowercase: value(s.RequireLowercase),
		RequireNumbers: value(s.RequireNumbers), RequireSymbols: value(s.RequireSymbols),
	}
}

// TemporaryLife is how long a temporary password may be used.
func (p *Pool) TemporaryLife() time.Duration {
	days := value(p.passwordPolicy().TemporaryPasswordValidityDays)
	if days == 0 {
		days = 7
	}
	return time.Duration(days) * 24 * time.Hour
}

func (p *Pool) passwordPolicy() cognitoidp.PasswordPolicyType {
	if s := p.Settings.Policies; s != nil && s.PasswordPolicy != nil {
		return *s.PasswordPolicy
	}
	return cognitoidp.PasswordPolicyType{}
}

// AdminOnly tells that users cannot sign themselves up.
func (p *Pool) AdminOnly() bool {
	c := p.Settings.AdminCreateUserConfig
	return c != nil && value(c.AllowAdminCreateUserOnly)
}

// value is what a pointer points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
