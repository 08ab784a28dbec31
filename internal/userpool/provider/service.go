package provider

import (
	"errors"
	"fmt"
	"maps"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxProviders is Cognito's default quota of a pool.
const maxProviders = 300

// sealPurpose is the vault's purpose of secret details; the associated data is the provider's key followed by the detail's name.
const sealPurpose = "provider detail"

// Provider is one identity provider as it is stored.
type Provider struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	// ID was drawn when it was made, and is what links to it name: a later provider of the same name has none of them.
	ID string
	// Settings is the provider as it is described, with public details only.
	Settings cognitoidp.IdentityProviderType
	// Secrets are the other details, sealed, by name.
	Secrets map[string][]byte `json:",omitempty"`
}

// Indexes of providers: by IdpIdentifiers and by ID.
const (
	byIdentifier = "identifier"
	byID         = "id"
)

// Providers holds identity providers by pool and name.
var Providers = store.Table[Provider]{
	Name: "userpool.providers",
	Key: func(p *Provider) store.Key {
		return store.K(p.Account, p.Region, string(p.Pool), *p.Settings.ProviderName)
	},
	Indexes: []store.Index[Provider]{
		{Name: byIdentifier, Unique: true, Of: func(p *Provider) []store.Key {
			var out []store.Key
			for _, id := range p.Settings.IdpIdentifiers {
				out = append(out, store.K(p.Account, p.Region, string(p.Pool), id))
			}
			return out
		}},
		{Name: byID, Unique: true, Of: func(p *Provider) []store.Key {
			return []store.Key{store.K(p.Account, p.Region, string(p.Pool), p.ID)}
		}},
	},
}

// Service is the area provider.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.ProviderAPI = (*Service)(nil)

// Has tells whether a pool has a provider of this name.
func Has(tx store.Tx, p *userpool.Pool, name string) (bool, error) {
	has, err := Providers.Has(tx, p.Key(name))
	if err != nil {
		return false, fmt.Errorf("read identity provider: %w", err)
	}
	return has, nil
}

// Lives tells whether the provider with an ID still exists.
func Lives(tx store.Tx, p *userpool.Pool, id string) (bool, error) {
	_, err := Providers.FindKey(tx, byID, p.Key(id))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for identity provider: %w", err)
	}
	return true, nil
}

// id is the ID of the provider that has a name now, empty if none has.
func id(tx store.Tx, p *userpool.Pool, name string) (string, error) {
	row, err := Providers.Get(tx, p.Key(name))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read identity provider: %w", err)
	}
	return row.ID, nil
}

// Details returns all details of a provider with the secret ones opened.
func Details(r *userpool.Realm, p *Provider) (map[string]string, error) {
	out := maps.Clone(p.Settings.ProviderDetails)
	for name, sealed := range p.Secrets {
		text, err := r.Vault.Open(sealPurpose, sealed, bound(p, name))
		if err != nil {
			return nil, fmt.Errorf("open detail of an identity provider: %w", err)
		}
		out[name] = string(text)
	}
	return out, nil
}

// setDetails splits checked details into public and sealed ones.
func (s *Service) setDetails(p *Provider, details map[string]string) {
	p.Settings.ProviderDetails, p.Secrets = map[string]string{}, nil
	for name, text := range details {
		if public[name] {
			p.Settings.ProviderDetails[name] = text
			continue
		}
		if p.Secrets == nil {
			p.Secrets = map[string][]byte{}
		}
		p.Secrets[name] = s.Realm.Vault.Seal(sealPurpose, []byte(text), bound(p, name))
	}
}

func bound(p *Provider, name string) []byte {
	return append(Providers.Key(p), store.K(name)...)
}

// described is a provider as answers show it.
func (s *Service) described(p *Provider) (*cognitoidp.IdentityProviderType, error) {
	out := p.Settings
	details, err := Details(s.Realm, p)
	if err != nil {
		return nil, err
	}
	delete(details, "private_key") // [Cognito: DescribeIdentityProvider of SignInWithApple]
	out.ProviderDetails = details
	return &out, nil
}

func (s *Service) provider(c *op.Call, pool, name string) (*userpool.Pool, *Provider, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, nil, err
	}
	row, err := Providers.Get(c.Tx, p.Key(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, noProvider(name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read identity provider: %w", err)
	}
	return p, row, nil
}

// write stores a provider whose identifiers nobody else may have.
func write(tx store.Tx, p *Provider) error {
	err := Providers.Put(tx, p)
	if errors.Is(err, store.ErrExists) {
		return identifierTaken()
	}
	if err != nil {
		return fmt.Errorf("write identity provider: %w", err)
	}
	return nil
}
