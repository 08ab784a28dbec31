package branding

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateManagedLoginBranding replaces the settings or the assets a call gives, each as a whole; what it leaves out stays. The
// provided values replace both. (inferred)
func (s *Service) UpdateManagedLoginBranding(c *op.Call, in *cognitoidp.UpdateManagedLoginBrandingInput) (*cognitoidp.UpdateManagedLoginBrandingOutput, error) {
	if in.UserPoolId == nil || in.ManagedLoginBrandingId == nil {
		return nil, noID()
	}
	row, err := s.style(c, *in.UserPoolId, *in.ManagedLoginBrandingId)
	if err != nil {
		return nil, err
	}
	if err := apply(&row.Settings, in.UseCognitoProvidedValues, in.Settings, in.Assets); err != nil {
		return nil, err
	}
	row.Settings.LastModifiedDate = new(c.Now)
	if err := Styles.Put(c.Tx, row); err != nil {
		return nil, fmt.Errorf("write style: %w", err)
	}
	return &cognitoidp.UpdateManagedLoginBrandingOutput{ManagedLoginBranding: &row.Settings}, nil
}
