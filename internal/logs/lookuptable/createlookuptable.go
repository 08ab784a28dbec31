package lookuptable

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CreateLookupTable makes a table of a CSV text.
func (s *Service) CreateLookupTable(c *op.Call, in *api.CreateLookupTableInput) (*api.CreateLookupTableOutput, error) {
	has, err := tables.Has(c.Tx, store.K(c.Account, c.Region, in.LookupTableName))
	if err != nil {
		return nil, fmt.Errorf("look for lookup table: %w", err)
	}
	if has {
		return nil, api.ResourceAlreadyExistsException("The specified lookup table already exists") // (inferred)
	}
	n := 0
	for _, err := range tables.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return nil, fmt.Errorf("count lookup tables: %w", err)
		}
		if n++; n >= MaxTables {
			return nil, api.LimitExceededException("Resource limit exceeded.")
		}
	}
	t := &Table{
		Account: c.Account, Region: c.Region, Name: in.LookupTableName, Description: logs.Text(in.Description), KMSKey: logs.Text(in.KmsKeyId),
		Created: c.Now.UnixMilli(), Tags: in.Tags,
	}
	if err := write(c, t, in.TableBody); err != nil {
		return nil, err
	}
	return &api.CreateLookupTableOutput{LookupTableArn: new(t.ARN()), CreatedAt: &t.Created}, nil
}
