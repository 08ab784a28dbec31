package resourceserver

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteResourceServer removes a resource server with its scopes, whether clients have them or not. (inferred)
func (s *Service) DeleteResourceServer(c *op.Call, in *cognitoidp.DeleteResourceServerInput) error {
	_, row, err := s.server(c, in.UserPoolId, in.Identifier)
	if err != nil {
		return err
	}
	if err := Servers.Delete(c.Tx, Servers.Key(row)); err != nil {
		return fmt.Errorf("delete resource server: %w", err)
	}
	return nil
}
