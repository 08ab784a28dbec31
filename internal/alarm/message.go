package alarm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
)

// message is what an alarm publishes to a topic, members in AWS's order.
type message struct {
	AlarmName        string
	AlarmDescription *string
	AWSAccountId     string
	ConfigUpdated    string `json:"AlarmConfigurationUpdatedTimestamp"`
	NewStateValue    evaluate.State
	NewStateReason   string
	StateChangeTime  string
	Region           string
	AlarmArn         string
	OldStateValue    evaluate.State
	OKActions        []string
	AlarmActions     []string
	NoDataActions    []string `json:"InsufficientDataActions"`
	AfterMute        bool     `json:"ActionExecutedAfterMuteWindow"`
	Trigger          *trigger `json:",omitempty"`
	// Of a composite alarm.
	AlarmRule          string        `json:",omitempty"`
	TriggeringChildren *[]childShown `json:",omitempty"`
}

// childShown is a triggering child as messages spell it.
type childShown struct {
	Arn   string
	State struct {
		Value     evaluate.State
		Timestamp string
	}
}

type trigger struct {
	MetricName        string `json:",omitempty"`
	Namespace         string `json:",omitempty"`
	StatisticType     string `json:",omitempty"`
	Statistic         string `json:",omitempty"`
	ExtendedStatistic string `json:",omitempty"`
	*triggerUnit
	Period             int64
	EvaluationPeriods  int64
	DatapointsToAlarm  *int64 `json:",omitempty"`
	ComparisonOperator string
	Threshold          json.Number
	TreatMissingData   string
	LowSamples         string `json:"EvaluateLowSampleCountPercentile"`
	// Of an alarm on metric math, instead of the metric.
	Metrics []triggerQuery `json:",omitempty"`
}

// triggerUnit holds the members of a metric that are there even when empty.
type triggerUnit struct {
	Unit       *string
	Dimensions []triggerDimension
}

// triggerQuery is a query of metric math in messages.
type triggerQuery struct {
	Expression *string      `json:",omitempty"`
	ID         string       `json:"Id"`
	Label      *string      `json:",omitempty"`
	MetricStat *triggerStat `json:",omitempty"`
	ReturnData bool
}

type triggerStat struct {
	Metric struct {
		Dimensions []triggerDimension
		MetricName string
		Namespace  string
	}
	Period int64
	Stat   string
	Unit   *string `json:",omitempty"`
}

type triggerDimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

// statisticNames are the statistics as messages spell them.
var statisticNames = map[string]string{
	"Average": "AVERAGE", "Sum": "SUM", "Minimum": "MINIMUM", "Maximum": "MAXIMUM",
	"SampleCount": "SAMPLE_COUNT", // (inferred)
}

// message composes subject and text of a transition that r has made from old.
func (r *row) message(old evaluate.State, afterMute bool) (subject, body string, err error) {
	c := &r.Config
	m := message{
		AlarmName: r.Name, AlarmDescription: c.Description, AWSAccountId: r.Account, ConfigUpdated: date(r.Updated), NewStateValue: r.State,
		NewStateReason: r.Reason, StateChangeTime: date(r.StateUpdated), Region: regionName(r.Region), AlarmArn: r.arn(), OldStateValue: old,
		OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), NoDataActions: list(c.NoDataActions), AfterMute: afterMute,
	}
	if c.Composite == nil {
		m.Trigger = c.trigger()
	} else {
		m.AlarmRule, m.TriggeringChildren = c.Composite.Rule, new([]childShown{})
		for _, k := range r.triggers() {
			shown := childShown{Arn: k.ARN}
			shown.State.Value, shown.State.Timestamp = k.State.Value, k.State.Timestamp
			*m.TriggeringChildren = append(*m.TriggeringChildren, shown)
		}
	}
	body, err = plainJSON(m)
	return fmt.Sprintf("%s: %q in %s", r.State, r.Name, regionName(r.Region)), body, err
}

func (c *config) trigger() *trigger {
	t := &trigger{
		Period: c.Period, EvaluationPeriods: c.EvaluationPeriods, DatapointsToAlarm: c.DatapointsToAlarm, ComparisonOperator: c.Comparison,
		Threshold: json.Number(evaluate.Number(c.Threshold)), TreatMissingData: "missing", LowSamples: text(c.LowSamples),
	}
	if c.TreatMissing != nil {
		t.TreatMissingData = *c.TreatMissing
	}
	if len(c.Metrics) > 0 {
		for i := range c.Metrics {
			t.Metrics = append(t.Metrics, triggerOf(&c.Metrics[i]))
		}
		return t
	}
	t.MetricName, t.Namespace, t.StatisticType, t.Statistic = c.MetricName, c.Namespace, "Statistic", statisticNames[text(c.Statistic)]
	t.triggerUnit = &triggerUnit{Unit: c.Unit, Dimensions: []triggerDimension{}}
	if c.ExtendedStatistic != nil {
		t.StatisticType, t.ExtendedStatistic = "ExtendedStatistic", *c.ExtendedStatistic
	}
	for _, d := range c.Dimensions {
		t.Dimensions = append(t.Dimensions, triggerDimension{d.Value, d.Name})
	}
	return t
}

func triggerOf(q *cloudwatch.MetricDataQuery) triggerQuery {
	t := triggerQuery{Expression: q.Expression, ID: q.Id, Label: q.Label, ReturnData: q.ReturnData == nil || *q.ReturnData}
	m := q.MetricStat
	if m == nil {
		return t
	}
	t.MetricStat = &triggerStat{Period: m.Period, Stat: m.Stat, Unit: m.Unit}
	shown := &t.MetricStat.Metric
	shown.MetricName, shown.Namespace, shown.Dimensions = text(m.Metric.MetricName), text(m.Metric.Namespace), []triggerDimension{}
	for _, d := range m.Metric.Dimensions {
		shown.Dimensions = append(shown.Dimensions, triggerDimension{d.Value, d.Name})
	}
	return t
}

// date is a time as messages and history show it.
func date(t time.Time) string { return t.UTC().Format(evaluate.Date) }

// plainJSON encodes without HTML's escapes.
func plainJSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// regionNames are the long names of Regions.
var regionNames = map[string]string{
	"us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
	"af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)", "ap-south-1": "Asia Pacific (Mumbai)", "ap-south-2": "Asia Pacific (Hyderabad)",
	"ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)", "ap-northeast-3": "Asia Pacific (Osaka)",
	"ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)", "ap-southeast-3": "Asia Pacific (Jakarta)",
	"ap-southeast-4": "Asia Pacific (Melbourne)", "ca-central-1": "Canada (Central)", "ca-west-1": "Canada West (Calgary)",
	"eu-central-1": "EU (Frankfurt)", "eu-central-2": "Europe (Zurich)", "eu-west-1": "EU (Ireland)", "eu-west-2": "EU (London)", "eu-west-3": "EU (Paris)",
	"eu-north-1": "EU (Stockholm)", "eu-south-1": "EU (Milan)", "eu-south-2": "Europe (Spain)", "il-central-1": "Israel (Tel Aviv)",
	"me-south-1": "Middle East (Bahrain)", "me-central-1": "Middle East (UAE)", "sa-east-1": "South America (Sao Paulo)",
}

func regionName(region string) string {
	if n := regionNames[region]; n != "" {
		return n
	}
	return region
}
