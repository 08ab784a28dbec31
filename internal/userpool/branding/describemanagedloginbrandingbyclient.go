package branding

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeManagedLoginBrandingByClient returns the style of a client.
func (s *Service) DescribeManagedLoginBrandingByClient(c *op.Call, in *cognitoidp.DescribeManagedLoginBrandingByClientInput) (*cognitoidp.DescribeManagedLoginBrandingByClientOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	row, err := Of(c.Tx, p, client.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, noStyleOf(in.ClientId)
	}
	if err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	return &cognitoidp.DescribeManagedLoginBrandingByClientOutput{ManagedLoginBranding: &row.Settings}, nil
}
