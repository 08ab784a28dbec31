package alarm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeAlarms lists alarms by name.
func (s *Service) DescribeAlarms(c *op.Call, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	out := &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []cloudwatch.MetricAlarm{}, CompositeAlarms: []cloudwatch.CompositeAlarm{}}
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return nil, validation("AlarmNamePrefix and AlarmNames cannot be specified together.") // (inferred)
	}
	if in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil || !metricAlarms(in.AlarmTypes) {
		return out, nil // there are no composite alarms
	}
	binding := append([]string{c.Account, c.Region, text(in.AlarmNamePrefix), text(in.StateValue), text(in.ActionPrefix)}, in.AlarmNames...)
	var after store.Key
	if in.NextToken != nil {
		raw, err := s.deps.Tokens.OpenToken("alarms", *in.NextToken, binding...)
		if err != nil {
			return nil, badToken()
		}
		after = raw
	}
	limit := 50
	if in.MaxRecords != nil {
		limit = int(*in.MaxRecords)
	}
	var last store.Key
	// take adds one alarm; false when the page is full.
	take := func(r *row) bool {
		if !wanted(r, in) {
			return true
		}
		if len(out.MetricAlarms) == limit {
			out.NextToken = new(s.deps.Tokens.SealToken("alarms", last, binding...))
			return false
		}
		out.MetricAlarms = append(out.MetricAlarms, r.shape())
		last = alarms.Key(r)
		return true
	}
	if len(in.AlarmNames) > 0 {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(in.AlarmNames))) {
			if after != nil && string(store.K(c.Account, c.Region, name)) <= string(after) {
				continue
			}
			r, err := get(c, name)
			if err != nil {
				return nil, err
			}
			if r != nil && !take(r) {
				break
			}
		}
		return out, nil
	}
	for r, err := range alarms.Scan(c.Tx, store.K(c.Account, c.Region), from(c, in, after)) {
		if err != nil {
			return nil, fmt.Errorf("read alarms: %w", err)
		}
		if in.AlarmNamePrefix != nil && !strings.HasPrefix(r.Name, *in.AlarmNamePrefix) {
			if r.Name > *in.AlarmNamePrefix {
				break // names are in order
			}
			continue
		}
		if !take(r) {
			break
		}
	}
	return out, nil
}

// from skips the names before a prefix.
func from(c *op.Call, in *cloudwatch.DescribeAlarmsInput, after store.Key) store.Key {
	if after != nil || in.AlarmNamePrefix == nil {
		return after
	}
	k := store.K(c.Account, c.Region, *in.AlarmNamePrefix)
	return k[:len(k)-2] // without the end of the text: before every name that begins so
}

func wanted(r *row, in *cloudwatch.DescribeAlarmsInput) bool {
	if in.StateValue != nil && string(r.State) != *in.StateValue {
		return false
	}
	if in.ActionPrefix == nil {
		return true
	}
	for _, l := range [][]string{r.Config.OKActions, r.Config.AlarmActions, r.Config.NoDataActions} {
		if slices.ContainsFunc(l, func(a string) bool { return strings.HasPrefix(a, *in.ActionPrefix) }) {
			return true
		}
	}
	return false
}

// shape is the alarm as AWS shows it: what was not given stays absent, lists are
// always there.
func (r *row) shape() cloudwatch.MetricAlarm {
	c := &r.Config
	m := cloudwatch.MetricAlarm{
		AlarmName: &r.Name, AlarmArn: new(r.arn()), AlarmDescription: c.Description, AlarmConfigurationUpdatedTimestamp: &r.Updated,
		ActionsEnabled: &c.ActionsEnabled, OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), InsufficientDataActions: list(c.NoDataActions),
		StateValue: new(string(r.State)), StateReason: &r.Reason, StateUpdatedTimestamp: &r.StateUpdated, StateTransitionedTimestamp: &r.Transitioned,
		MetricName: &c.MetricName, Namespace: &c.Namespace, Statistic: c.Statistic, ExtendedStatistic: c.ExtendedStatistic,
		Dimensions: []cloudwatch.Dimension{}, Period: &c.Period, Unit: c.Unit, EvaluationPeriods: &c.EvaluationPeriods,
		DatapointsToAlarm: c.DatapointsToAlarm, Threshold: &c.Threshold, ComparisonOperator: &c.Comparison,
		TreatMissingData: c.TreatMissing, EvaluateLowSampleCountPercentile: c.LowSamples,
	}
	if r.ReasonData != "" {
		m.StateReasonData = &r.ReasonData
	}
	for _, d := range c.Dimensions {
		m.Dimensions = append(m.Dimensions, cloudwatch.Dimension{Name: d.Name, Value: d.Value})
	}
	return m
}
