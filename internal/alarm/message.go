package alarm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
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
	Trigger          trigger
}

type trigger struct {
	MetricName         string
	Namespace          string
	StatisticType      string
	Statistic          string `json:",omitempty"`
	ExtendedStatistic  string `json:",omitempty"`
	Unit               *string
	Dimensions         []triggerDimension
	Period             int64
	EvaluationPeriods  int64
	DatapointsToAlarm  *int64 `json:",omitempty"`
	ComparisonOperator string
	Threshold          json.Number
	TreatMissingData   string
	LowSamples         string `json:"EvaluateLowSampleCountPercentile"`
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

// message composes subject and text of a transition that r has just made.
func (r *row) message(old evaluate.State) (subject, body string, err error) {
	c := &r.Config
	m := message{
		AlarmName: r.Name, AlarmDescription: c.Description, AWSAccountId: r.Account, ConfigUpdated: date(r.Updated), NewStateValue: r.State,
		NewStateReason: r.Reason, StateChangeTime: date(r.StateUpdated), Region: regionName(r.Region), AlarmArn: r.arn(), OldStateValue: old,
		OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), NoDataActions: list(c.NoDataActions),
		Trigger: trigger{
			MetricName: c.MetricName, Namespace: c.Namespace, StatisticType: "Statistic", Statistic: statisticNames[text(c.Statistic)], Unit: c.Unit,
			Dimensions: []triggerDimension{}, Period: c.Period, EvaluationPeriods: c.EvaluationPeriods, DatapointsToAlarm: c.DatapointsToAlarm,
			ComparisonOperator: c.Comparison, Threshold: json.Number(evaluate.Number(c.Threshold)),
			TreatMissingData: "missing", LowSamples: text(c.LowSamples),
		},
	}
	if c.TreatMissing != nil {
		m.Trigger.TreatMissingData = *c.TreatMissing
	}
	if c.ExtendedStatistic != nil {
		m.Trigger.StatisticType, m.Trigger.ExtendedStatistic = "ExtendedStatistic", *c.ExtendedStatistic
	}
	for _, d := range c.Dimensions {
		m.Trigger.Dimensions = append(m.Trigger.Dimensions, triggerDimension{d.Value, d.Name})
	}
	body, err = plainJSON(m)
	return fmt.Sprintf("%s: %q in %s", r.State, r.Name, regionName(r.Region)), body, err
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
