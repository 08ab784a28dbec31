package schedule

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateScheduledQuery replaces everything but the name; what waits for the old instant finds nothing to do.
func (sv *Service) UpdateScheduledQuery(c *op.Call, in *api.UpdateScheduledQueryInput) (*api.UpdateScheduledQueryOutput, error) {
	s, err := find(c, "UpdateScheduledQuery", in.Identifier)
	if err != nil {
		return nil, err
	}
	state := in.State
	if state == nil {
		state = new(s.state())
	}
	err = sv.set(c, s, given{
		in.Description, in.QueryLanguage, in.QueryString, in.LogGroupIdentifiers, in.ScheduleExpression, in.Timezone, in.StartTimeOffset,
		in.DestinationConfiguration, in.ScheduleStartTime, in.ScheduleEndTime, in.ExecutionRoleArn, state,
	})
	if err != nil {
		return nil, err
	}
	if err := schedules.Put(c.Tx, s); err != nil {
		return nil, fmt.Errorf("write scheduled query: %w", err)
	}
	status, err := sv.last(c, s)
	if err != nil {
		return nil, err
	}
	return &api.UpdateScheduledQueryOutput{
		ScheduledQueryArn: new(s.ARN()), Name: &s.Name, Description: logs.Present(s.Description), QueryLanguage: new("CWLI"), QueryString: &s.Text,
		LogGroupIdentifiers: s.Groups, ScheduleExpression: &s.Expression, Timezone: logs.Present(s.Zone), StartTimeOffset: logs.PresentMS(s.Offset),
		State: new(s.state()), LastTriggeredTime: logs.PresentMS(s.LastRun), LastExecutionStatus: status, ScheduleStartTime: logs.PresentMS(s.Begin),
		ScheduleEndTime: logs.PresentMS(s.End), ExecutionRoleArn: &s.Role, CreationTime: &s.Created, LastUpdatedTime: &s.Updated,
		DestinationConfiguration: s.Destination.shape(),
	}, nil
}

// last is the state of the last run, nil without one.
func (sv *Service) last(c *op.Call, s *Schedule) (*string, error) {
	if s.LastRun == 0 {
		return nil, nil
	}
	status, _, err := sv.status(c.Tx, s.Account, s.Region, s.LastQuery, s.LastError)
	return &status, err
}
