package definition

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteQueryDefinition removes a saved query.
func (s *Service) DeleteQueryDefinition(c *op.Call, in *api.DeleteQueryDefinitionInput) (*api.DeleteQueryDefinitionOutput, error) {
	d, err := find(c, in.QueryDefinitionId)
	if err != nil {
		return nil, err
	}
	if err := definitions.Delete(c.Tx, definitions.Key(d)); err != nil {
		return nil, fmt.Errorf("delete query definition: %w", err)
	}
	return &api.DeleteQueryDefinitionOutput{Success: new(true)}, nil
}
