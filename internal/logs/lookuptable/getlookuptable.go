package lookuptable

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetLookupTable returns a table with its rows.
func (s *Service) GetLookupTable(c *op.Call, in *api.GetLookupTableInput) (*api.GetLookupTableOutput, error) {
	t, err := find(c, in.LookupTableArn)
	if err != nil {
		return nil, err
	}
	b, err := bodies.Get(c.Tx, tables.Key(t))
	if err != nil {
		return nil, fmt.Errorf("read rows of lookup table: %w", err)
	}
	return &api.GetLookupTableOutput{
		LookupTableArn: new(t.ARN()), LookupTableName: &t.Name, Description: logs.Present(t.Description), TableBody: &b.CSV, SizeBytes: &t.Bytes,
		LastUpdatedTime: &t.Updated, KmsKeyId: logs.Present(t.KMSKey),
	}, nil
}
