package provider

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// GetIdentityProviderByIdentifier returns the provider that has an identifier, such as the domain of its users' addresses.
func (s *Service) GetIdentityProviderByIdentifier(c *op.Call, in *cognitoidp.GetIdentityProviderByIdentifierInput) (*cognitoidp.GetIdentityProviderByIdentifierOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := Providers.Find(c.Tx, byIdentifier, p.Key(in.IdpIdentifier))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noProvider(in.IdpIdentifier)
	}
	if err != nil {
		return nil, fmt.Errorf("find identity provider: %w", err)
	}
	out, err := s.described(row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetIdentityProviderByIdentifierOutput{IdentityProvider: out}, nil
}
