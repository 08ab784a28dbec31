package alarm

import (
	"encoding/json"
	"fmt"
	"slices"
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
	i := item{Account: r.Account, Region: r.Region, Name: r.Name, ID: uuid.NewString(), At: at.UnixNano(), Type: kind, Summary: summary, Data: raw,
		Composite: r.Config.Composite != nil}
	if err := history.Insert(tx, &i); err != nil {
		return fmt.Errorf("keep alarm history: %w", err)
	}
	return nil
}

// configuration is a metric alarm in history data, in the order of AWS's samples.
type configuration struct {
	Threshold          json.Number     `json:"threshold"`
	Namespace          string          `json:"namespace,omitempty"`
	StateValue         evaluate.State  `json:"stateValue"`
	Dimensions         []dimensionJSON `json:"dimensions"`
	OKActions          []string        `json:"okactions"`
	AlarmActions       []string        `json:"alarmActions"`
	EvaluationPeriods  int64           `json:"evaluationPeriods"`
	DatapointsToAlarm  *int64          `json:"datapointsToAlarm,omitempty"`
	ComparisonOperator string          `json:"comparisonOperator"`
	MetricName         string          `json:"metricName,omitempty"`
	Period             int64           `json:"period,omitempty"`
	Metrics            []metricDetail  `json:"metrics,omitempty"`
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

// compositeConfiguration is a composite alarm in history data (inferred).
type compositeConfiguration struct {
	AlarmRule      string         `json:"alarmRule"`
	StateValue     evaluate.State `json:"stateValue"`
	OKActions      []string       `json:"okactions"`
	AlarmActions   []string       `json:"alarmActions"`
	AlarmName      string         `json:"alarmName"`
	NoDataActions  []string       `json:"insufficientDataActions"`
	ActionsEnabled bool           `json:"actionsEnabled"`
	Description    *string        `json:"alarmDescription,omitempty"`
	Suppressor     *string        `json:"actionsSuppressor,omitempty"`
	Wait           *int64         `json:"actionsSuppressorWaitPeriod,omitempty"`
	Extension      *int64         `json:"actionsSuppressorExtensionPeriod,omitempty"`
	ARN            string         `json:"alarmArn"`
	Updated        string         `json:"alarmConfigurationUpdatedTimestamp"`
}

type dimensionJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (r *row) configuration() any {
	c := &r.Config
	if k := c.Composite; k != nil {
		out := &compositeConfiguration{
			AlarmRule: k.Rule, StateValue: r.State, OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), AlarmName: r.Name,
			NoDataActions: list(c.NoDataActions), ActionsEnabled: c.ActionsEnabled, Description: c.Description, ARN: r.arn(), Updated: date(r.Updated),
		}
		if k.Suppressor != nil {
			out.Suppressor, out.Wait, out.Extension = k.Suppressor, &k.Wait, &k.Extension
		}
		return out
	}
	out := &configuration{
		Threshold: json.Number(evaluate.Number(c.Threshold)), Namespace: c.Namespace, StateValue: r.State, Dimensions: []dimensionJSON{},
		OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), EvaluationPeriods: c.EvaluationPeriods, DatapointsToAlarm: c.DatapointsToAlarm,
		ComparisonOperator: c.Comparison, MetricName: c.MetricName, Period: c.Period, AlarmName: r.Name, NoDataActions: list(c.NoDataActions),
		ActionsEnabled: c.ActionsEnabled, Description: c.Description, Statistic: c.Statistic, ExtendedStatistic: c.ExtendedStatistic, Unit: c.Unit,
		TreatMissing: c.TreatMissing, LowSamples: c.LowSamples, ARN: r.arn(), Updated: date(r.Updated),
	}
	if len(c.Metrics) > 0 {
		out.Period, out.Metrics = 0, r.metricDetails()
	}
	for _, d := range c.Dimensions {
		out.Dimensions = append(out.Dimensions, dimensionJSON{d.Name, d.Value})
	}
	return out
}

// configured remembers a change of the configuration (Create, Update or Delete)
// and tells events. before is the alarm as it was, for an update.
func (r *row) configured(tx store.Tx, now time.Time, events Events, kind string, before *row) error {
	data := struct {
		Created any    `json:"createdAlarm,omitempty"`
		Updated any    `json:"updatedAlarm,omitempty"`
		Deleted any    `json:"deletedAlarm,omitempty"`
		Type    string `json:"type"`
		Version string `json:"version"`
	}{Type: kind, Version: "1.0"}
	done := ""
	switch kind {
	case "Create":
		data.Created, done = r.configuration(), "created"
	case "Update":
		data.Updated, done = r.configuration(), "updated"
	case "Delete":
		data.Deleted, done = r.configuration(), "deleted"
	}
	if err := r.remember(tx, now, configurationUpdate, `Alarm "`+r.Name+`" `+done, data); err != nil {
		return err
	}
	return r.tellConfiguration(tx, now, events, kind, before)
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
	metric, composite := alarmTypes(in.AlarmTypes)
	if in.AlarmContributorId != nil {
		return out, nil // no alarm of this server has contributors
	}
	index, prefix := "time", store.K(c.Account, c.Region)
	if in.AlarmName != nil {
		index, prefix = "alarm", store.K(c.Account, c.Region, *in.AlarmName)
	}
	reverse := text(in.ScanBy) != "TimestampAscending"
	p, err := s.open("alarm history", in.NextToken, in.MaxRecords, 100, c.Account, c.Region, text(in.AlarmName), text(in.HistoryItemType),
		fmt.Sprint(reverse, metric, composite), moment(in.StartDate), moment(in.EndDate))
	if err != nil {
		return nil, err
	}
	for at, err := range history.ScanIndex(c.Tx, index, prefix, p.after, reverse) {
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
		kind := metricAlarm
		if i.Composite {
			kind = compositeAlarm
		}
		if i.Composite && !composite || !i.Composite && !metric {
			continue
		}
		if early || late || (in.HistoryItemType != nil && i.Type != *in.HistoryItemType) {
			continue
		}
		if !p.take(at.Position) {
			break
		}
		out.AlarmHistoryItems = append(out.AlarmHistoryItems, cloudwatch.AlarmHistoryItem{
			AlarmName: &i.Name, AlarmType: &kind, Timestamp: &when, HistoryItemType: &i.Type, HistorySummary: &i.Summary, HistoryData: &i.Data,
		})
	}
	out.NextToken = p.next
	return out, nil
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// alarmTypes tells which types of alarms a list asks for: metric alarms when it is empty.
func alarmTypes(types []string) (metric, composite bool) {
	if len(types) == 0 {
		return true, false
	}
	return slices.Contains(types, metricAlarm), slices.Contains(types, compositeAlarm)
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
