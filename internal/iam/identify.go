package iam

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Caller is what an access key stands for.
type Caller struct {
	Principal principal.Principal
	Secret    string
	// Temporary keys come with a session token, and end.
	Temporary bool
	Expires   time.Time
	// Identity and Session policies; root needs none.
	Identity, Session []*policy.Document

	tokenMAC []byte
	vault    Vault
}

// TokenValid tells in constant time whether token is the session token that was
// given out with the key.
func (c *Caller) TokenValid(token string) bool {
	sum := c.vault.MAC(tokenPurpose, []byte(token))
	return hmac.Equal(sum[:], c.tokenMAC)
}

const tokenPurpose = "sts.session-token"

// Identify finds the caller behind an access key id: store.ErrNotFound if it is
// unknown, inactive, or its user or role is gone.
func (s *Service) Identify(tx store.Tx, id string) (*Caller, error) {
	for _, r := range s.Root {
		if r.ID == id {
			return &Caller{Principal: principal.RootOf(r.Account, r.ID), Secret: r.Secret}, nil
		}
	}
	k, err := keys.Get(tx, store.K(id))
	if err != nil {
		return nil, err
	}
	if !k.Active {
		return nil, fmt.Errorf("access key is inactive: %w", store.ErrNotFound)
	}
	secret, err := s.Vault.Open(keyPurpose, k.Sealed, []byte(k.ID))
	if err != nil {
		return nil, fmt.Errorf("open access key: %w", err)
	}
	c := &Caller{Secret: string(secret), vault: s.Vault}
	if k.Session == nil {
		return c, s.longTerm(tx, k, c)
	}
	return c, s.temporary(tx, k, c)
}

func (s *Service) longTerm(tx store.Tx, k *key, c *Caller) error {
	if k.User == "" {
		c.Principal = principal.RootOf(k.Account, k.ID)
		return nil
	}
	u, err := users.Get(tx, store.K(k.Account, strings.ToLower(k.User)))
	if err != nil {
		return err
	}
	c.Principal = principal.User(u.Account, u.Path, u.Name, u.ID, k.ID)
	c.Identity, err = s.cache.all(u.Policies)
	return err
}

func (s *Service) temporary(tx store.Tx, k *key, c *Caller) error {
	x := k.Session
	c.Principal, c.Temporary, c.Expires, c.tokenMAC = x.Principal, true, x.Expires, x.TokenMAC
	for _, text := range x.Policies {
		d, err := s.cache.parse(text)
		if err != nil {
			return err
		}
		c.Session = append(c.Session, d)
	}
	var texts map[string]string
	switch {
	case x.Role != "":
		r, err := roles.Get(tx, store.K(k.Account, strings.ToLower(x.Role)))
		if err != nil {
			return err
		}
		if r.ID != x.Principal.Session.Issuer.ID {
			return fmt.Errorf("role was made anew: %w", store.ErrNotFound)
		}
		texts = r.Policies
	case k.User != "":
		u, err := users.Get(tx, store.K(k.Account, strings.ToLower(k.User)))
		if err != nil {
			return err
		}
		if u.ID != x.Principal.ID {
			return fmt.Errorf("user was made anew: %w", store.ErrNotFound)
		}
		texts = u.Policies
	}
	var err error
	c.Identity, err = s.cache.all(texts)
	return err
}

// maxParsed bounds the cache of parsed policies; when full it starts anew.
const maxParsed = 4096

// policyCache keeps parsed policies by their text.
type policyCache struct {
	mu     sync.Mutex
	parsed map[string]*policy.Document
}

func (p *policyCache) all(texts map[string]string) ([]*policy.Document, error) {
	var out []*policy.Document
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		d, err := p.parse(texts[name])
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (p *policyCache) parse(text string) (*policy.Document, error) {
	p.mu.Lock()
	d := p.parsed[text]
	p.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d, err := policy.Parse(text, policy.Identity)
	if err != nil {
		return nil, errors.Join(errors.New("stored policy does not parse"), err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parsed == nil || len(p.parsed) >= maxParsed {
		p.parsed = make(map[string]*policy.Document)
	}
	p.parsed[text] = d
	return d, nil
}

// Trust is what AssumeRole needs to know of a role.
type Trust struct {
	Account, Path, Name, ID string
	Policy                  string
	MaxSession              time.Duration
}

// Role finds the role that an ARN names, path and all: store.ErrNotFound if
// there is none. Its name under another path, or in other case, is no such role:
// policies are decided by the whole ARN.
func (s *Service) Role(tx store.Tx, a arn.ARN) (*Trust, error) {
	r, err := roles.Get(tx, store.K(a.Account, strings.ToLower(a.Name())))
	if err != nil {
		return nil, err
	}
	if arn.Role(r.Account, r.Path, r.Name) != a.String() {
		return nil, store.ErrNotFound
	}
	return &Trust{r.Account, r.Path, r.Name, r.ID, r.Trust, time.Duration(r.MaxSession) * time.Second}, nil
}

// Temporary is what Mint makes keys for.
type Temporary struct {
	Account   string
	User      string // GetSessionToken of a user
	Role      string // AssumeRole
	Principal func(accessKeyID string) principal.Principal
	Policies  []string
	Now       time.Time
	Duration  time.Duration
}

// Minted are new temporary credentials.
type Minted struct {
	ID, Secret, Token string
	Expires           time.Time
	Principal         principal.Principal
}

// Mint makes temporary keys. The token is kept as a keyed hash only.
func (s *Service) Mint(tx store.Tx, t Temporary) (*Minted, error) {
	m := &Minted{ID: newID("ASIA"), Secret: newSecret(), Token: newToken(), Expires: t.Now.Add(t.Duration).Truncate(time.Second)}
	m.Principal = t.Principal(m.ID)
	sum := s.Vault.MAC(tokenPurpose, []byte(m.Token))
	k := &key{
		ID: m.ID, Account: t.Account, User: t.User, Active: true, Created: t.Now,
		Sealed:  s.Vault.Seal(keyPurpose, []byte(m.Secret), []byte(m.ID)),
		Session: &session{Principal: m.Principal, Expires: m.Expires, TokenMAC: sum[:], Role: t.Role, Policies: t.Policies},
	}
	if err := keys.Insert(tx, k); err != nil {
		return nil, err
	}
	return m, nil
}

// newToken is an opaque session token in AWS's look.
func newToken() string { return "IQoJb3JpZ2lu" + newSecret() + newSecret() + newSecret() }

// Sweep deletes temporary keys that ended before now, up to 1,000 a call.
func (s *Service) Sweep(tx store.Tx, now time.Time) error {
	var gone []store.Key
	for at, err := range keys.ScanIndex(tx, "end", nil, nil, false) {
		if err != nil {
			return err
		}
		if !at.Row.Session.Expires.Before(now) || len(gone) == 1000 {
			break
		}
		gone = append(gone, keys.Key(at.Row))
	}
	for _, k := range gone {
		if err := keys.Delete(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// RolePolicies returns a role's inline policies, parsed.
func (s *Service) RolePolicies(tx store.Tx, account, name string) ([]*policy.Document, error) {
	r, err := roles.Get(tx, store.K(account, strings.ToLower(name)))
	if err != nil {
		return nil, err
	}
	return s.cache.all(r.Policies)
}
