package schedule

import (
	"fmt"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// GetScheduledQueryHistory lists the runs of a span, oldest first. (inferred: the order)
func (sv *Service) GetScheduledQueryHistory(c *op.Call, in *api.GetScheduledQueryHistoryInput) (*api.GetScheduledQueryHistoryOutput, error) {
	s, err := find(c, "GetScheduledQueryHistory", in.Identifier)
	if err != nil {
		return nil, err
	}
	out := &api.GetScheduledQueryHistoryOutput{Name: &s.Name, ScheduledQueryArn: new(s.ARN()), TriggerHistory: []api.TriggerHistoryRecord{}}
	from, to := millis(in.StartTime), millis(in.EndTime)
	if from > to {
		return nil, invalid("startTime must not be after endTime.")
	}
	limit := pageMax
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), pageMax))
	}
	under := store.K(s.Account, s.Region, s.ID)
	pager := logs.Pager{Tokens: sv.Tokens, Purpose: "logs.schedules.history", Under: under, Binding: []string{s.Account, s.Region, s.ID}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	var last store.Key
	for t, err := range triggers.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("history of a scheduled query: %w", err)
		}
		if t.At < from || t.At > to {
			continue
		}
		status, reason, err := sv.status(c.Tx, t.Account, t.Region, t.Query, t.Status)
		if err != nil {
			return nil, err
		}
		if len(in.ExecutionStatuses) > 0 && !slices.Contains(in.ExecutionStatuses, status) {
			continue
		}
		if len(out.TriggerHistory) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = triggers.Key(t)
		if t.Error != "" {
			reason = t.Error
		}
		out.TriggerHistory = append(out.TriggerHistory, api.TriggerHistoryRecord{
			QueryId: logs.Present(t.Query), ExecutionStatus: &status, TriggeredTimestamp: &t.At, ErrorMessage: logs.Present(reason),
			Destinations: t.Delivery.shape(),
		})
	}
	return out, nil
}
