package alarm

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeAlarmsForMetric lists the alarms of one metric by name. Its dimensions must be complete. Alarms on metric math are of no one metric.
func (s *Service) DescribeAlarmsForMetric(c *op.Call, in *cloudwatch.DescribeAlarmsForMetricInput) (*cloudwatch.DescribeAlarmsForMetricOutput, error) {
	out := &cloudwatch.DescribeAlarmsForMetricOutput{MetricAlarms: []cloudwatch.MetricAlarm{}}
	ds := make([]series.Dimension, len(in.Dimensions))
	for i, d := range in.Dimensions {
		ds[i] = series.Dimension{Name: d.Name, Value: d.Value}
	}
	want := series.New(in.Namespace, in.MetricName, ds, "").Metric()
	same := func(given, have *string) bool { return given == nil || have != nil && *given == *have }
	for r, err := range alarms.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return nil, fmt.Errorf("read alarms: %w", err)
		}
		k := &r.Config
		if k.Composite != nil || len(k.Metrics) > 0 || series.New(k.Namespace, k.MetricName, slices.Clone(k.Dimensions), "").Metric() != want {
			continue
		}
		if same(in.Statistic, k.Statistic) && same(in.ExtendedStatistic, k.ExtendedStatistic) && same(in.Unit, k.Unit) && (in.Period == nil || *in.Period == k.Period) {
			out.MetricAlarms = append(out.MetricAlarms, r.shape())
		}
	}
	return out, nil
}

// DescribeAlarmContributors lists the contributors of an alarm: none, since alarms on several series are not supported.
func (s *Service) DescribeAlarmContributors(c *op.Call, in *cloudwatch.DescribeAlarmContributorsInput) (*cloudwatch.DescribeAlarmContributorsOutput, error) {
	r, err := get(c, in.AlarmName)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, cloudwatch.ResourceNotFoundException("The alarm " + in.AlarmName + " does not exist.") // (inferred)
	}
	if in.NextToken != nil {
		return nil, badToken()
	}
	subject(c, r)
	return &cloudwatch.DescribeAlarmContributorsOutput{AlarmContributors: []cloudwatch.AlarmContributor{}}, nil
}
