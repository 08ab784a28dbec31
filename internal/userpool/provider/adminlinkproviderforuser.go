package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxValue bounds what a provider knows a user by, in bytes: it goes into every ID token. (inferred)
const maxValue = 1024

// AdminLinkProviderForUser gives a user one more way of signing in: with an identity of a provider that nobody has signed in with yet.
func (s *Service) AdminLinkProviderForUser(c *op.Call, in *cognitoidp.AdminLinkProviderForUserInput) (*cognitoidp.AdminLinkProviderForUserOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	source, err := s.source(c.Tx, p, in.SourceUser)
	if err != nil {
		return nil, err
	}
	u, err := s.destination(c.Tx, p, in.DestinationUser)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	for _, a := range u.Attributes {
		if schema := p.Schema(a.Name); strings.HasPrefix(a.Name, "custom:") && schema != nil && schema.Mutable != nil && !*schema.Mutable {
			return nil, immutable(a.Name)
		}
	}
	if err := s.unknown(c.Tx, p, u, source); err != nil {
		return nil, err
	}
	if len(u.Living()) >= userpool.MaxIdentities {
		return nil, tooManyIdentities()
	}
	u.Link(*source, c.Now)
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminLinkProviderForUserOutput{}, nil
}

// source is the identity a call names.
func (s *Service) source(tx store.Tx, p *userpool.Pool, in *cognitoidp.ProviderUserIdentifierType) (*userpool.Identity, error) {
	name, attribute, text := text(in.ProviderName), text(in.ProviderAttributeName), text(in.ProviderAttributeValue)
	switch {
	case name == "":
		return nil, badSource("ProviderName is required") // (inferred), as the next three
	case name == userpool.LocalProvider:
		return nil, badSource("Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser")
	case attribute == "":
		return nil, badSource("ProviderAttributeName is required")
	case text == "":
		return nil, badSource("ProviderAttributeValue is required")
	case len(text) > maxValue:
		return nil, badSource("ProviderAttributeValue is too long")
	}
	row, err := Providers.Get(tx, p.Key(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noProvider(name)
	}
	if err != nil {
		return nil, fmt.Errorf("read identity provider: %w", err)
	}
	kind := *row.Settings.ProviderType
	if attribute != userpool.Subject {
		// Any other attribute has to come out of the provider's claims. [Cognito: AdminLinkProviderForUser]
		if kind != "OIDC" && kind != "SAML" {
			return nil, badSource("ProviderAttributeName must be Cognito_Subject")
		}
		if row.Settings.AttributeMapping[attribute] == "" {
			return nil, badSource("ProviderAttributeName is not in the attribute mapping of the provider")
		}
	}
	return &userpool.Identity{Provider: name, ProviderID: row.ID, Type: kind, Attribute: attribute, Value: text}, nil
}

// destination is the user a call names: by his name in the pool, or by what the provider that made his profile knows him by.
func (s *Service) destination(tx store.Tx, p *userpool.Pool, in *cognitoidp.ProviderUserIdentifierType) (*userpool.User, error) {
	name, text := text(in.ProviderName), text(in.ProviderAttributeValue)
	switch {
	case name == "":
		return nil, invalid("Invalid DestinationUser: ProviderName is required") // (inferred)
	case text == "":
		return nil, invalid("Invalid DestinationUser: ProviderAttributeValue is required") // (inferred)
	case name == userpool.LocalProvider:
		return s.Realm.KnownUser(tx, p, text)
	}
	made, err := id(tx, p, name)
	if err != nil {
		return nil, err
	}
	u, err := s.Realm.UserOfIdentity(tx, p, &userpool.Identity{Provider: name, ProviderID: made, Attribute: userpool.Subject, Value: text})
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.NoUser()
	}
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

// unknown answers if somebody has the identity, or a profile of his own that it would be merged with.
func (s *Service) unknown(tx store.Tx, p *userpool.Pool, u *userpool.User, source *userpool.Identity) error {
	h, err := s.Realm.UserOfIdentity(tx, p, source)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look for the holder of an identity: %w", err)
	}
	if err == nil {
		if i := h.Identity(source); i != nil && i.Primary {
			return merging()
		}
		if h.Sub != u.Sub {
			return linkedElsewhere()
		}
		return linked()
	}
	if source.Attribute != userpool.Subject {
		return nil
	}
	h, err = s.Realm.Holder(tx, p, u, p.FederatedName(source.Provider, source.Value))
	if err != nil {
		return err
	}
	if h != nil && h.Status == userpool.External {
		return merging()
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
