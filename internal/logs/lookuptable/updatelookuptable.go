package lookuptable

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateLookupTable replaces the rows of a table; what else is not given stays. (inferred)
func (s *Service) UpdateLookupTable(c *op.Call, in *api.UpdateLookupTableInput) (*api.UpdateLookupTableOutput, error) {
	t, err := find(c, in.LookupTableArn)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		t.Description = *in.Description
	}
	if in.KmsKeyId != nil {
		t.KMSKey = *in.KmsKeyId
	}
	if err := write(c, t, in.TableBody); err != nil {
		return nil, err
	}
	return &api.UpdateLookupTableOutput{LookupTableArn: new(t.ARN()), LastUpdatedTime: &t.Updated}, nil
}
