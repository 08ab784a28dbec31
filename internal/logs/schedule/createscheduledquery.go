package schedule

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CreateScheduledQuery makes a scheduled query and waits for its first instant.
func (sv *Service) CreateScheduledQuery(c *op.Call, in *api.CreateScheduledQueryInput) (*api.CreateScheduledQueryOutput, error) {
	_, err := schedules.FindKey(c.Tx, "name", store.K(c.Account, c.Region, in.Name))
	if err == nil {
		return nil, api.ConflictException("A scheduled query with the name " + in.Name + " already exists.") // (inferred)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("look for scheduled query: %w", err)
	}
	n := 0
	prefix := store.K(c.Account, c.Region)
	for _, err := range c.Tx.Scan(schedules.Name, prefix, prefix.After(), false) {
		if err != nil {
			return nil, fmt.Errorf("count scheduled queries: %w", err)
		}
		if n++; n >= maxSchedules {
			return nil, api.ServiceQuotaExceededException("The number of scheduled queries is at its limit.") // (inferred)
		}
	}
	s := &Schedule{Account: c.Account, Region: c.Region, ID: newID(), Name: in.Name, Created: c.Now.UnixMilli()}
	err = sv.set(c, s, given{
		in.Description, in.QueryLanguage, in.QueryString, in.LogGroupIdentifiers, in.ScheduleExpression, in.Timezone, in.StartTimeOffset,
		in.DestinationConfiguration, in.ScheduleStartTime, in.ScheduleEndTime, in.ExecutionRoleArn, in.State,
	})
	if err != nil {
		return nil, err
	}
	if err := schedules.Insert(c.Tx, s); err != nil {
		return nil, fmt.Errorf("new scheduled query: %w", err)
	}
	return &api.CreateScheduledQueryOutput{ScheduledQueryArn: new(s.ARN()), State: new(s.state())}, nil
}

func (s *Schedule) state() string {
	if s.Enabled {
		return "ENABLED"
	}
	return "DISABLED"
}
