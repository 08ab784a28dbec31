package schedule

import (
	"fmt"
	"math"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// historyMax is more than a week of runs each minute leaves.
const historyMax = 20_000

// DeleteScheduledQuery removes a scheduled query with its history. A query that runs goes on.
func (sv *Service) DeleteScheduledQuery(c *op.Call, in *api.DeleteScheduledQueryInput) (*api.DeleteScheduledQueryOutput, error) {
	s, err := find(c, "DeleteScheduledQuery", in.Identifier)
	if err != nil {
		return nil, err
	}
	if err := schedules.Delete(c.Tx, schedules.Key(s)); err != nil {
		return nil, fmt.Errorf("delete scheduled query: %w", err)
	}
	if err := prune(c.Tx, s, math.MaxInt64, historyMax); err != nil {
		return nil, err
	}
	return &api.DeleteScheduledQueryOutput{}, nil
}
