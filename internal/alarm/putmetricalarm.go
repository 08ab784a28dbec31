package alarm

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxAlarms = 5000 // per account and Region
	maxTags   = 50
	day       = 86_400
	week      = 604_800
)

// PutMetricAlarm makes an alarm or replaces the configuration of one, whose state
// then stays. It is evaluated at once.
func (s *Service) PutMetricAlarm(c *op.Call, in *cloudwatch.PutMetricAlarmInput) error {
	if err := checkAlarm(in); err != nil {
		return err
	}
	old, err := get(c, in.AlarmName)
	if err != nil {
		return err
	}
	r := &row{
		Account: c.Account, Region: c.Region, Name: in.AlarmName, State: evaluate.InsufficientData, Reason: evaluate.InitialReason,
		StateUpdated: c.Now, Transitioned: c.Now,
	}
	if old != nil {
		*r = *old
	} else {
		if err := room(c); err != nil {
			return err
		}
		if r.Tags, err = tagsOf(in.Tags); err != nil {
			return err
		}
	}
	r.Config, r.Updated, r.Generation = configOf(in), c.Now, uuid.NewString()
	subject(c, r)
	if err := alarms.Put(c.Tx, r); err != nil {
		return fmt.Errorf("keep alarm: %w", err)
	}
	if err := schedule(c.Tx, r, c.Now); err != nil {
		return err
	}
	if old != nil {
		return r.configured(c.Tx, c.Now, "Update", "updated")
	}
	return r.configured(c.Tx, c.Now, "Create", "created")
}

// schedule asks for an evaluation.
func schedule(tx store.Tx, r *row, at time.Time) error {
	d := dueRow{At: at.UnixMilli(), Account: r.Account, Region: r.Region, Name: r.Name, Generation: r.Generation}
	if err := dues.Put(tx, &d); err != nil {
		return fmt.Errorf("schedule alarm: %w", err)
	}
	return nil
}

func room(c *op.Call) error {
	prefix := store.K(c.Account, c.Region)
	n := 0
	for _, err := range c.Tx.Scan(alarms.Name, prefix, prefix.After(), false) {
		if err != nil {
			return fmt.Errorf("count alarms: %w", err)
		}
		n++
	}
	if n >= maxAlarms {
		return cloudwatch.LimitExceededFault("The maximum limit of " + fmt.Sprint(maxAlarms) + " alarms has been reached.") // (inferred)
	}
	return nil
}

func configOf(in *cloudwatch.PutMetricAlarmInput) config {
	c := config{
		Description: in.AlarmDescription, ActionsEnabled: in.ActionsEnabled == nil || *in.ActionsEnabled,
		OKActions: in.OKActions, AlarmActions: in.AlarmActions, NoDataActions: in.InsufficientDataActions,
		Namespace: *in.Namespace, MetricName: *in.MetricName, Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic,
		Period: *in.Period, Unit: in.Unit, EvaluationPeriods: *in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm,
		Threshold: *in.Threshold, Comparison: *in.ComparisonOperator, TreatMissing: in.TreatMissingData, LowSamples: in.EvaluateLowSampleCountPercentile,
	}
	for _, d := range in.Dimensions {
		c.Dimensions = append(c.Dimensions, series.Dimension{Name: d.Name, Value: d.Value})
	}
	return c
}

// checkAlarm holds the rules that the model does not.
func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	for _, r := range in.AlarmName {
		if r < 0x20 || r == 0x7f {
			return validation("The alarm name must not contain ASCII control characters.") // (inferred)
		}
	}
	switch {
	case len(in.Metrics) > 0:
		return validation("Alarms on metric math are not supported by this server.")
	case in.EvaluationCriteria != nil || in.EvaluationInterval != nil:
		return validation("PromQL alarms are not supported by this server.")
	case in.ThresholdMetricId != nil, in.ComparisonOperator != nil && evaluate.Comparison(*in.ComparisonOperator).Band():
		return validation("Anomaly detection alarms are not supported by this server.")
	}
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"MetricName", in.MetricName != nil}, {"Namespace", in.Namespace != nil}, {"Period", in.Period != nil},
		{"EvaluationPeriods", in.EvaluationPeriods != nil}, {"ComparisonOperator", in.ComparisonOperator != nil}, {"Threshold", in.Threshold != nil},
		{"Statistic", in.Statistic != nil || in.ExtendedStatistic != nil},
	} {
		if !m.given {
			return cloudwatch.MissingRequiredParameterException("The parameter " + m.name + " is required.") // (inferred)
		}
	}
	if in.Statistic != nil && in.ExtendedStatistic != nil {
		return cloudwatch.InvalidParameterCombinationException("The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.") // (inferred)
	}
	if in.ExtendedStatistic != nil {
		if st, err := series.ParseStatistic(*in.ExtendedStatistic); err != nil || !st.Extended() {
			return validation("The value %s for parameter ExtendedStatistic is not supported.", *in.ExtendedStatistic) // (inferred)
		}
	}
	if err := checkPeriods(in); err != nil {
		return err
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

func checkPeriods(in *cloudwatch.PutMetricAlarmInput) error {
	p, n := *in.Period, *in.EvaluationPeriods
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
