package schedule

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetScheduledQuery returns a scheduled query and how its last run stands.
func (sv *Service) GetScheduledQuery(c *op.Call, in *api.GetScheduledQueryInput) (*api.GetScheduledQueryOutput, error) {
	s, err := find(c, "GetScheduledQuery", in.Identifier)
	if err != nil {
		return nil, err
	}
	status, err := sv.last(c, s)
	if err != nil {
		return nil, err
	}
	return &api.GetScheduledQueryOutput{
		ScheduledQueryArn: new(s.ARN()), Name: &s.Name, Description: logs.Present(s.Description), QueryLanguage: new("CWLI"), QueryString: &s.Text,
		LogGroupIdentifiers: s.Groups, ScheduleExpression: &s.Expression, Timezone: logs.Present(s.Zone), StartTimeOffset: logs.PresentMS(s.Offset),
		State: new(s.state()), LastTriggeredTime: logs.PresentMS(s.LastRun), LastExecutionStatus: status, ScheduleStartTime: logs.PresentMS(s.Begin),
		ScheduleEndTime: logs.PresentMS(s.End), ExecutionRoleArn: &s.Role, CreationTime: &s.Created, LastUpdatedTime: &s.Updated,
		DestinationConfiguration: s.Destination.shape(),
	}, nil
}
