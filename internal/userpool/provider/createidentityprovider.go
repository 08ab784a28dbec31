package provider

import (
	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateIdentityProvider makes an identity provider. Its name and type stay as they are.
func (s *Service) CreateIdentityProvider(c *op.Call, in *cognitoidp.CreateIdentityProviderInput) (*cognitoidp.CreateIdentityProviderOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := nameFits(in.ProviderName, in.ProviderType); err != nil {
		return nil, err
	}
	if has, err := Has(c.Tx, p, in.ProviderName); err != nil {
		return nil, err
	} else if has {
		return nil, exists(in.ProviderName, p.ID)
	}
	details, err := complete(in.ProviderType, in.ProviderDetails)
	if err != nil {
		return nil, err
	}
	names, err := mapping(p.Settings.SchemaAttributes, in.ProviderType, in.AttributeMapping)
	if err != nil {
		return nil, err
	}
	if err := identifiers(in.IdpIdentifiers); err != nil {
		return nil, err
	}
	if full, err := userpool.Full(c.Tx, p, &Providers, maxProviders); err != nil {
		return nil, err
	} else if full {
		return nil, tooMany()
	}
	row := &Provider{Account: p.Account, Region: p.Region, Pool: p.ID, ID: uuid.NewString(), Settings: cognitoidp.IdentityProviderType{
		UserPoolId: &in.UserPoolId, ProviderName: &in.ProviderName, ProviderType: &in.ProviderType, AttributeMapping: names,
		IdpIdentifiers: in.IdpIdentifiers, CreationDate: new(c.Now), LastModifiedDate: new(c.Now),
	}}
	s.setDetails(row, details)
	if err := write(c.Tx, row); err != nil {
		return nil, err
	}
	out, err := s.described(row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.CreateIdentityProviderOutput{IdentityProvider: out}, nil
}
