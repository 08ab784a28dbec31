package resourceserver

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateResourceServer replaces name and scopes; without scopes there are none left. Clients keep the names of scopes that are
// gone, but no token gets them.
func (s *Service) UpdateResourceServer(c *op.Call, in *cognitoidp.UpdateResourceServerInput) (*cognitoidp.UpdateResourceServerOutput, error) {
	p, row, err := s.server(c, in.UserPoolId, in.Identifier)
	if err != nil {
		return nil, err
	}
	if row.Settings, err = described(p, in.Identifier, in.Name, in.Scopes); err != nil {
		return nil, err
	}
	if err := Servers.Put(c.Tx, row); err != nil {
		return nil, fmt.Errorf("write resource server: %w", err)
	}
	return &cognitoidp.UpdateResourceServerOutput{ResourceServer: &row.Settings}, nil
}
