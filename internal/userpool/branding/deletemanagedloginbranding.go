package branding

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteManagedLoginBranding removes a style.
func (s *Service) DeleteManagedLoginBranding(c *op.Call, in *cognitoidp.DeleteManagedLoginBrandingInput) error {
	row, err := s.style(c, in.UserPoolId, in.ManagedLoginBrandingId)
	if err != nil {
		return err
	}
	if err := Styles.Delete(c.Tx, Styles.Key(row)); err != nil {
		return fmt.Errorf("delete style: %w", err)
	}
	return nil
}
