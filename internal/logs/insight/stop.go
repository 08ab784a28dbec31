package insight

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// StopQuery cancels a query that waits or runs. The run ends a moment later and
// keeps no result.
func (s *Service) StopQuery(c *op.Call, in *api.StopQueryInput) (*api.StopQueryOutput, error) {
	q, err := find(c.Tx, c, in.QueryId)
	if err != nil {
		return nil, err
	}
	if ended(q.Status) {
		return nil, logs.Invalid("Query is not in running state") // (inferred)
	}
	q.Status, q.Ended = Cancelled, c.Now.UnixMilli()
	if err := queries.Put(c.Tx, q); err != nil {
		return nil, fmt.Errorf("cancel query: %w", err)
	}
	return &api.StopQueryOutput{Success: new(true)}, nil
}
