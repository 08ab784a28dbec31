package alarm

import (
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxTags = 50
	day     = 86_400
	week    = 604_800
)

// PutMetricAlarm makes an alarm or replaces the configuration of one, whose state
// then stays. It is evaluated at once.
func (s *Service) PutMetricAlarm(c *op.Call, in *cloudwatch.PutMetricAlarmInput) error {
	if err := checkName(in.AlarmName); err != nil {
		return err
	}
	if err := checkAlarm(c, in); err != nil {
		return err
	}
	r, created, err := claim(c, in.AlarmName, metricAlarm, in.Tags)
	if err != nil {
		return err
	}
	if r.Config, err = configOf(c, in); err != nil {
		return err
	}
	return s.put(c, r, created)
}

// schedule asks for an evaluation.
func schedule(tx store.Tx, r *row, at time.Time) error {
	d := dueRow{At: at.UnixMilli(), Account: r.Account, Region: r.Region, Name: r.Name, Generation: r.Generation}
	if err := dues.Put(tx, &d); err != nil {
		return fmt.Errorf("schedule alarm: %w", err)
	}
	return nil
}

func configOf(c *op.Call, in *cloudwatch.PutMetricAlarmInput) (config, error) {
	out := config{
		Description: in.AlarmDescription, ActionsEnabled: in.ActionsEnabled == nil || *in.ActionsEnabled,
		OKActions: in.OKActions, AlarmActions: in.AlarmActions, NoDataActions: in.InsufficientDataActions,
		Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Unit: in.Unit, EvaluationPeriods: *in.EvaluationPeriods,
		DatapointsToAlarm: in.DatapointsToAlarm, Threshold: *in.Threshold, Comparison: *in.ComparisonOperator, TreatMissing: in.TreatMissingData,
		LowSamples: in.EvaluateLowSampleCountPercentile, Metrics: in.Metrics,
	}
	if len(in.Metrics) > 0 {
		length, _, err := metric.CheckAlarm(c.Account, in.Metrics)
		out.Period = int64(length / time.Second)
		return out, err
	}
	out.Namespace, out.MetricName, out.Period = *in.Namespace, *in.MetricName, *in.Period
	for _, d := range in.Dimensions {
		out.Dimensions = append(out.Dimensions, series.Dimension{Name: d.Name, Value: d.Value})
	}
	return out, nil
}

func checkName(name string) error {
	for _, r := range name {
		if r < 0x20 || r == 0x7f {
			return validation("The alarm name must not contain ASCII control characters.") // (inferred)
		}
	}
	return nil
}

// checkAlarm holds the rules that the model does not.
func checkAlarm(c *op.Call, in *cloudwatch.PutMetricAlarmInput) error {
	switch {
	case in.EvaluationCriteria != nil || in.EvaluationInterval != nil:
		return validation("PromQL alarms are not supported by this server.")
	case in.ThresholdMetricId != nil, in.ComparisonOperator != nil && evaluate.Comparison(*in.ComparisonOperator).Band():
		return validation("Anomaly detection alarms are not supported by this server.")
	}
	if err := checkMetric(in); err != nil {
		return err
	}
	if len(in.Metrics) > 0 {
		length, _, err := metric.CheckAlarm(c.Account, in.Metrics)
		if err != nil {
			return err
		}
		if err := checkPeriods(in, int64(length/time.Second)); err != nil {
			return err
		}
	} else if err := checkPeriods(in, *in.Period); err != nil {
		return err
	}
	return checkRest(in)
}

// checkMetric checks that one way of naming what is measured is there, and whole.
func checkMetric(in *cloudwatch.PutMetricAlarmInput) error {
	type member struct {
		name  string
		given bool
	}
	alone := []member{
		{"MetricName", in.MetricName != nil}, {"Namespace", in.Namespace != nil}, {"Period", in.Period != nil},
	}
	if len(in.Metrics) > 0 {
		for _, m := range append(alone, member{"Dimensions", len(in.Dimensions) > 0}, member{"Unit", in.Unit != nil},
			member{"Statistic", in.Statistic != nil}, member{"ExtendedStatistic", in.ExtendedStatistic != nil}) {
			if m.given {
				return validation("%s should not be set if list of Metrics is set.", m.name)
			}
		}
		alone = nil
	} else {
		alone = append(alone, member{"Statistic", in.Statistic != nil || in.ExtendedStatistic != nil})
	}
	for _, m := range append(alone, member{"EvaluationPeriods", in.EvaluationPeriods != nil}, member{"ComparisonOperator", in.ComparisonOperator != nil},
		member{"Threshold", in.Threshold != nil}) {
		if !m.given {
			return cloudwatch.MissingRequiredParameterException("The parameter " + m.name + " is required.") // (inferred)
		}
	}
	return nil
}

func checkRest(in *cloudwatch.PutMetricAlarmInput) error {
	if in.Statistic != nil && in.ExtendedStatistic != nil {
		return cloudwatch.InvalidParameterCombinationException("The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.") // (inferred)
	}
	if in.ExtendedStatistic != nil {
		if st, err := series.ParseStatistic(*in.ExtendedStatistic); err != nil || !st.Extended() {
			return validation("The value %s for parameter ExtendedStatistic is not supported.", *in.ExtendedStatistic) // (inferred)
		}
	}
	if v := in.TreatMissingData; v != nil {
		switch evaluate.Missing(*v) {
		case evaluate.AsMissing, evaluate.Ignore, evaluate.Breaching, evaluate.NotBreaching:
		default:
			return validation("The value %s for parameter TreatMissingData is not supported.", *v) // (inferred)
		}
	}
	if v := in.EvaluateLowSampleCountPercentile; v != nil && *v != "evaluate" && *v != "ignore" {
		return validation("Option %s is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.", *v)
	}
	seen := map[string]bool{}
	for _, d := range in.Dimensions {
		if seen[d.Name] {
			return validation("The dimension %s is given twice.", d.Name) // (inferred)
		}
		seen[d.Name] = true
	}
	for _, list := range [][]string{in.AlarmActions, in.OKActions, in.InsufficientDataActions} {
		if err := checkActions(list); err != nil {
			return err
		}
	}
	return nil
}

// checkPeriods checks a period, in seconds, and how many count.
func checkPeriods(in *cloudwatch.PutMetricAlarmInput, p int64) error {
	n := *in.EvaluationPeriods
	if p != 10 && p != 20 && p != 30 && p%60 != 0 {
		return validation("Period must be 10, 20, 30 or a multiple of 60.")
	}
	// Both are below 2^31, so the product fits.
	switch {
	case p < 3600 && p*n > day:
		return validation("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
	case p*n > week:
		return validation("Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).") // (inferred)
	case in.DatapointsToAlarm != nil && *in.DatapointsToAlarm > n:
		return validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods.") // (inferred)
	}
	return nil
}

// checkActions looks at the form of action ARNs; whether they exist shows when
// they run, as at AWS.
func checkActions(list []string) error {
	for _, a := range list {
		if _, err := arn.Parse(a); err != nil || strings.ContainsAny(a, " \t") {
			return validation("Invalid arn syntax: %s", a)
		}
	}
	return nil
}
