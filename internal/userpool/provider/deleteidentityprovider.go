package provider

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteIdentityProvider removes a provider with its secrets. Clients keep its name, which means nothing any more, and
// users their links, which lead nowhere, to a later provider of the same name neither. (inferred)
func (s *Service) DeleteIdentityProvider(c *op.Call, in *cognitoidp.DeleteIdentityProviderInput) error {
	_, row, err := s.provider(c, in.UserPoolId, in.ProviderName)
	if err != nil {
		return err
	}
	if err := Providers.Delete(c.Tx, Providers.Key(row)); err != nil {
		return fmt.Errorf("delete identity provider: %w", err)
	}
	return nil
}
