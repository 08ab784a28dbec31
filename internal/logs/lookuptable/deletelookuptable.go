package lookuptable

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteLookupTable removes a table. A query that runs has read it already.
func (s *Service) DeleteLookupTable(c *op.Call, in *api.DeleteLookupTableInput) error {
	t, err := find(c, in.LookupTableArn)
	if err != nil {
		return err
	}
	if err := tables.Delete(c.Tx, tables.Key(t)); err != nil {
		return fmt.Errorf("delete lookup table: %w", err)
	}
	if err := bodies.Delete(c.Tx, tables.Key(t)); err != nil {
		return fmt.Errorf("delete rows of lookup table: %w", err)
	}
	return nil
}
