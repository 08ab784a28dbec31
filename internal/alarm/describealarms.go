package alarm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeAlarms lists alarms by name: metric alarms unless types are given, or the
// children or the parents of one alarm.
func (s *Service) DescribeAlarms(c *op.Call, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	out := &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []cloudwatch.MetricAlarm{}, CompositeAlarms: []cloudwatch.CompositeAlarm{}}
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return nil, validation("AlarmNamePrefix and AlarmNames cannot be specified together.") // (inferred)
	}
	metric, composite := alarmTypes(in.AlarmTypes)
	family := in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil
	if family && (in.ChildrenOfAlarmName != nil && in.ParentsOfAlarmName != nil || len(in.AlarmNames) > 0 || in.AlarmNamePrefix != nil ||
		len(in.AlarmTypes) > 0 || in.StateValue != nil || in.ActionPrefix != nil) {
		return nil, validation("ChildrenOfAlarmName and ParentsOfAlarmName cannot be specified together with other filters.") // (inferred)
	}
	p, err := s.open("alarms", in.NextToken, in.MaxRecords, 50, append([]string{
		c.Account, c.Region, text(in.AlarmNamePrefix), text(in.StateValue), text(in.ActionPrefix), text(in.ChildrenOfAlarmName),
		text(in.ParentsOfAlarmName), fmt.Sprint(metric, composite),
	}, in.AlarmNames...)...)
	if err != nil {
		return nil, err
	}
	// take adds one alarm; false when the page is full.
	take := func(r *row) bool {
		k := r.Config.Composite != nil
		if !family && (k && !composite || !k && !metric || !wanted(r, in)) {
			return true
		}
		if !p.take(alarms.Key(r)) {
			out.NextToken = p.next
			return false
		}
		switch {
		case in.ParentsOfAlarmName != nil:
			out.CompositeAlarms = append(out.CompositeAlarms, cloudwatch.CompositeAlarm{AlarmName: &r.Name, AlarmArn: new(r.arn())})
		case k && family:
			out.CompositeAlarms = append(out.CompositeAlarms, cloudwatch.CompositeAlarm{
				AlarmName: &r.Name, AlarmArn: new(r.arn()), StateValue: new(string(r.State)), StateUpdatedTimestamp: &r.StateUpdated,
			})
		case family:
			out.MetricAlarms = append(out.MetricAlarms, cloudwatch.MetricAlarm{
				AlarmName: &r.Name, AlarmArn: new(r.arn()), StateValue: new(string(r.State)), StateUpdatedTimestamp: &r.StateUpdated,
			})
		case k:
			out.CompositeAlarms = append(out.CompositeAlarms, r.compositeShape())
		default:
			out.MetricAlarms = append(out.MetricAlarms, r.shape())
		}
		return true
	}
	names := in.AlarmNames
	switch {
	case in.ChildrenOfAlarmName != nil:
		names, err = children(c, *in.ChildrenOfAlarmName)
	case in.ParentsOfAlarmName != nil:
		names, err = parents(c, *in.ParentsOfAlarmName)
	}
	if err != nil {
		return nil, err
	}
	if family || len(names) > 0 {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
			if p.after != nil && string(store.K(c.Account, c.Region, name)) <= string(p.after) {
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
	for r, err := range alarms.Scan(c.Tx, store.K(c.Account, c.Region), from(c, in, p.after)) {
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

// children are the alarms that the rule of a composite names.
func children(c *op.Call, text string) ([]string, error) {
	name, _ := nameOf(c.Account, c.Region, text)
	r, err := get(c, name)
	if err != nil {
		return nil, err
	}
	if r == nil || r.Config.Composite == nil {
		return nil, cloudwatch.ResourceNotFound("") // (inferred)
	}
	return r.Config.Composite.Children, nil
}

// parents are the composites whose rule names an alarm.
func parents(c *op.Call, text string) ([]string, error) {
	name, _ := nameOf(c.Account, c.Region, text)
	var out []string
	for at, err := range alarms.ScanIndex(c.Tx, "watched", store.K(c.Account, c.Region, name), nil, false) {
		if err != nil {
			return nil, fmt.Errorf("read composite alarms: %w", err)
		}
		if slices.Contains(at.Row.Config.Composite.Children, name) {
			out = append(out, at.Row.Name)
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

// shape is a metric alarm as AWS shows it: what was not given stays absent, lists
// are always there.
func (r *row) shape() cloudwatch.MetricAlarm {
	c := &r.Config
	m := cloudwatch.MetricAlarm{
		AlarmName: &r.Name, AlarmArn: new(r.arn()), AlarmDescription: c.Description, AlarmConfigurationUpdatedTimestamp: &r.Updated,
		ActionsEnabled: &c.ActionsEnabled, OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), InsufficientDataActions: list(c.NoDataActions),
		StateValue: new(string(r.State)), StateReason: &r.Reason, StateUpdatedTimestamp: &r.StateUpdated, StateTransitionedTimestamp: &r.Transitioned,
		Statistic: c.Statistic, ExtendedStatistic: c.ExtendedStatistic, Dimensions: []cloudwatch.Dimension{}, Unit: c.Unit,
		EvaluationPeriods: &c.EvaluationPeriods, DatapointsToAlarm: c.DatapointsToAlarm, Threshold: &c.Threshold, ComparisonOperator: &c.Comparison,
		TreatMissingData: c.TreatMissing, EvaluateLowSampleCountPercentile: c.LowSamples, Metrics: c.Metrics,
	}
	if len(c.Metrics) == 0 {
		m.MetricName, m.Namespace, m.Period = &c.MetricName, &c.Namespace, &c.Period
	}
	if r.ReasonData != "" {
		m.StateReasonData = &r.ReasonData
	}
	for _, d := range c.Dimensions {
		m.Dimensions = append(m.Dimensions, cloudwatch.Dimension{Name: d.Name, Value: d.Value})
	}
	return m
}

// compositeShape is a composite alarm as AWS shows it.
func (r *row) compositeShape() cloudwatch.CompositeAlarm {
	c, k := &r.Config, r.Config.Composite
	m := cloudwatch.CompositeAlarm{
		AlarmName: &r.Name, AlarmArn: new(r.arn()), AlarmDescription: c.Description, AlarmConfigurationUpdatedTimestamp: &r.Updated,
		ActionsEnabled: &c.ActionsEnabled, OKActions: list(c.OKActions), AlarmActions: list(c.AlarmActions), InsufficientDataActions: list(c.NoDataActions),
		StateValue: new(string(r.State)), StateReason: &r.Reason, StateUpdatedTimestamp: &r.StateUpdated, StateTransitionedTimestamp: &r.Transitioned,
		AlarmRule: &k.Rule, ActionsSuppressor: k.Suppressor,
	}
	if k.Suppressor != nil {
		m.ActionsSuppressorWaitPeriod, m.ActionsSuppressorExtensionPeriod = &k.Wait, &k.Extension
	}
	if r.ReasonData != "" {
		m.StateReasonData = &r.ReasonData
	}
	if r.Held != nil {
		m.ActionsSuppressedBy, m.ActionsSuppressedReason = &r.Held.By, new(r.Held.reason())
	}
	return m
}
