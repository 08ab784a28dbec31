package schedule

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// pageMax is the largest page, and the default. (inferred: the default)
const pageMax = 1000

// ListScheduledQueries lists scheduled queries by name.
func (sv *Service) ListScheduledQueries(c *op.Call, in *api.ListScheduledQueriesInput) (*api.ListScheduledQueriesOutput, error) {
	out := &api.ListScheduledQueriesOutput{ScheduledQueries: []api.ScheduledQuerySummary{}}
	state := logs.Text(in.State)
	limit := pageMax
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), pageMax))
	}
	under := store.K(c.Account, c.Region)
	pager := logs.Pager{Tokens: sv.Tokens, Purpose: "logs.schedules", Under: under, Binding: []string{c.Account, c.Region, state}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	var last store.Key
	for r, err := range schedules.ScanIndex(c.Tx, "name", under, after, false) {
		if err != nil {
			return nil, fmt.Errorf("list scheduled queries: %w", err)
		}
		s := r.Row
		if state != "" && s.state() != state {
			continue
		}
		if len(out.ScheduledQueries) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = r.Position
		status, err := sv.last(c, s)
		if err != nil {
			return nil, err
		}
		out.ScheduledQueries = append(out.ScheduledQueries, api.ScheduledQuerySummary{
			ScheduledQueryArn: new(s.ARN()), Name: &s.Name, State: new(s.state()), LastTriggeredTime: logs.PresentMS(s.LastRun),
			LastExecutionStatus: status, ScheduleExpression: &s.Expression, Timezone: logs.Present(s.Zone), CreationTime: &s.Created,
			LastUpdatedTime: &s.Updated, DestinationConfiguration: s.Destination.shape(),
		})
	}
	return out, nil
}
