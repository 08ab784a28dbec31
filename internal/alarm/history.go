package alarm

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// keepHistory is how long items are kept. [CloudWatch: DescribeAlarmHistory]
const keepHistory = 30 * 24 * time.Hour

// Types of history items.
const (
	stateUpdate         = "StateUpdate"
	configurationUpdate = "ConfigurationUpdate"
	actionItem          = "Action"
)

// remember adds an item.
func (r *row) remember(tx store.Tx, at time.Time, kind, summary string, data any) error {
	raw, err := plainJSON(data)
	if err != nil {
		return fmt.Errorf("encode alarm history: %w", err)
	}
	i := item{Account: r.Account, Region: r.Region, Name: r.Name, ID: uuid.NewString(), At: at.UnixNano(), Type: kind, Summary: summary, Data: raw}
	if err := history.Insert(tx, &i); err != nil {
		return fmt.Errorf("keep alarm history: %w", err)
	}
	return nil
}

// configuration is an alarm in history data, in the order of AWS's samples.
type configuration struct {
	Threshold          json.Number     `json:"threshold"`
	Namespace          string          `json:"namespace"`
	StateValue         evaluate.State  `json:"stateValue"`
	Dimensions         []dimensionJSON `json:"dimensions"`
	OKActions          []string        `json:"okactions"`
	AlarmActions       []string        `json:"alarmActions"`
	EvaluationPeriods  int64           `json:"evaluationPeriods"`
	DatapointsToAlarm  *int64          `json:"datapointsToAlarm,omitempty"`
	ComparisonOperator string          `json:"comparisonOperator"`
	MetricName         string          `json:"metricName"`
	Period             int64           `json:"period"`
	AlarmName          string          `json:"alarmName"`
	NoDataActions      []string        `json:"insufficientDataActions"`
	ActionsEnabled     bool            `json:"actionsEnabled"`
	Description        *string         `json:"alarmDescription,omitempty"`
	Statistic          *string         `json:"statistic,omitempty"`
	ExtendedStatistic  *string         `json:"extendedStatistic,omitempty"`
	Unit               *string         `json:"unit,omitempty"`
	TreatMissing       *string         `json:"treatMissingData,omitempty"`
	LowSamples         *string         `json:"evaluateLowSampleCountPercentile,omitempty"`
	ARN                string          `json:"alarmArn"`
	Updated            string          `json:"alarmConfigurationUpdatedTimestamp"`
}

type dimensionJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (r *row) configuration() *configuration {
	c := &r.Config
	out := &configuration{
		Threshold: json.Number(evaluate.Number(c.Threshold)), Namespace: c.Namespace, StateValue: r.State, Dimensions: []dimensionJSON{},
		OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), EvaluationPeriods: c.EvaluationPeriods, DatapointsToAlarm: c.DatapointsToAlarm,
		ComparisonOperator: c.Comparison, MetricName: c.MetricName, Period: c.Period, AlarmName: r.Name, NoDataActions: list(c.NoDataActions),
		ActionsEnabled: c.ActionsEnabled, Description: c.Description, Statistic: c.Statistic, ExtendedStatistic: c.ExtendedStatistic, Unit: c.Unit,
		TreatMissing: c.TreatMissing, LowSamples: c.LowSamples, ARN: r.arn(), Updated: date(r.Updated),
	}
	for _, d := range c.Dimensions {
		out.Dimensions = append(out.Dimensions, dimensionJSON{d.Name, d.Value})
	}
	return out
}

// configured remembers a change of the configuration: Create, Update or Delete.
func (r *row) configured(tx store.Tx, now time.Time, kind, done string) error {
	data := struct {
		Created *configuration `json:"createdAlarm,omitempty"`
		Updated *configuration `json:"updatedAlarm,omitempty"`
		Deleted *configuration `json:"deletedAlarm,omitempty"`
		Type    string         `json:"type"`
		Version string         `json:"version"`
	}{Type: kind, Version: "1.0"}
	switch kind {
	case "Create":
		data.Created = r.configuration()
	case "Update":
		data.Updated = r.configuration()
	case "Delete":
		data.Deleted = r.configuration()
	}
	return r.remember(tx, now, configurationUpdate, `Alarm "`+r.Name+`" `+done, data)
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// DescribeAlarmHistory lists what happened to alarms, also to deleted ones,
// newest first unless asked otherwise.
func (s *Service) DescribeAlarmHistory(c *op.Call, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	out := &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: []cloudwatch.AlarmHistoryItem{}}
	if !metricAlarms(in.AlarmTypes) || in.AlarmContributorId != nil {
		return out, nil
	}
	index, prefix := "time", store.K(c.Account, c.Region)
	if in.AlarmName != nil {
		index, prefix = "alarm", store.K(c.Account, c.Region, *in.AlarmName)
	}
	reverse := text(in.ScanBy) != "TimestampAscending"
	binding := []string{c.Account, c.Region, text(in.AlarmName), text(in.HistoryItemType), fmt.Sprint(reverse), moment(in.StartDate), moment(in.EndDate)}
	var after store.Key
	if in.NextToken != nil {
		raw, err := s.deps.Tokens.OpenToken("alarm history", *in.NextToken, binding...)
		if err != nil {
			return nil, badToken()
		}
		after = raw
	}
	limit := 100
	if in.MaxRecords != nil {
		limit = int(*in.MaxRecords)
	}
	var last store.Key
	for at, err := range history.ScanIndex(c.Tx, index, prefix, after, reverse) {
		if err != nil {
			return nil, fmt.Errorf("read alarm history: %w", err)
		}
		i := at.Row
		when := time.Unix(0, i.At).UTC()
		early := in.StartDate != nil && when.Before(*in.StartDate)
		late := in.EndDate != nil && when.After(*in.EndDate)
		if (reverse && early) || (!reverse && late) {
			break // all that follows is so too
		}
		if early || late || (in.HistoryItemType != nil && i.Type != *in.HistoryItemType) {
			continue
		}
		if len(out.AlarmHistoryItems) == limit {
			out.NextToken = new(s.deps.Tokens.SealToken("alarm history", last, binding...))
			break
		}
		last = at.Position
		out.AlarmHistoryItems = append(out.AlarmHistoryItems, cloudwatch.AlarmHistoryItem{
			AlarmName: &i.Name, AlarmType: new("MetricAlarm"), Timestamp: &when, HistoryItemType: &i.Type, HistorySummary: &i.Summary, HistoryData: &i.Data,
		})
	}
	return out, nil
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// metricAlarms tells whether a list of alarm types asks for metric alarms, which
// it does when empty.
func metricAlarms(types []string) bool {
	for _, t := range types {
		if t == "MetricAlarm" {
			return true
		}
	}
	return len(types) == 0
}

// forget deletes a batch of items beyond keepHistory; true if there may be more.
func forget(tx store.Tx, now time.Time) (bool, error) {
	limit := now.Add(-keepHistory).UnixNano()
	var drop []store.Key
	for at, err := range history.ScanIndex(tx, "age", nil, nil, false) {
		if err != nil {
			return false, err
		}
		if at.Row.At >= limit || len(drop) == 1000 {
			break
		}
		drop = append(drop, history.Key(at.Row))
	}
	for _, k := range drop {
		if err := history.Delete(tx, k); err != nil {
			return false, err
		}
	}
	return len(drop) == 1000, nil
}
