package branding

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateManagedLoginBranding gives a client its style.
func (s *Service) CreateManagedLoginBranding(c *op.Call, in *cognitoidp.CreateManagedLoginBrandingInput) (*cognitoidp.CreateManagedLoginBrandingOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	row := &Style{Account: p.Account, Region: p.Region, Pool: p.ID, Client: client.ID, Settings: cognitoidp.ManagedLoginBrandingType{
		ManagedLoginBrandingId: new(uuid.NewString()), UserPoolId: &in.UserPoolId, CreationDate: new(c.Now), LastModifiedDate: new(c.Now),
	}}
	if err := apply(&row.Settings, in.UseCognitoProvidedValues, in.Settings, in.Assets); err != nil {
		return nil, err
	}
	full, err := userpool.Full(c.Tx, p, &Styles, maxStyles)
	if err != nil {
		return nil, err
	}
	err = Styles.Insert(c.Tx, row)
	switch {
	case errors.Is(err, store.ErrExists):
		return nil, exists(in.ClientId)
	case err != nil:
		return nil, fmt.Errorf("write style: %w", err)
	case full:
		return nil, tooMany()
	}
	return &cognitoidp.CreateManagedLoginBrandingOutput{ManagedLoginBranding: &row.Settings}, nil
}
