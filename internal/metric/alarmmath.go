package metric

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
)

// Limits of the queries of an alarm. [CloudWatch: PutMetricAlarm]
const (
	maxAlarmStats       = 10
	maxAlarmExpressions = 10
)

// CheckAlarm checks the queries of an alarm: metrics of one period, and exactly one query that returns one series. It gives the period, and
// the query that returns.
func CheckAlarm(account string, in []cloudwatch.MetricDataQuery) (time.Duration, *cloudwatch.MetricDataQuery, error) {
	qs, err := checkQueries(account, "Metrics", in)
	if err != nil {
		return 0, nil, err
	}
	var result *wanted
	stats, returned := 0, 0
	var length time.Duration
	for i := range qs.list {
		q := &qs.list[i]
		if q.returned() {
			returned++
			result = q
		}
		if q.math != nil && q.Period == nil {
			continue
		}
		if q.math == nil {
			stats++
		}
		switch {
		case length == 0:
			length = q.period
		case length != q.period:
			return 0, nil, validation("Metrics list contains different periods; an alarm needs the same period for all of its metrics.") // (inferred)
		}
	}
	switch {
	case returned != 1:
		return 0, nil, validation("Exactly one element of the metrics list should return data.")
	case stats > maxAlarmStats:
		return 0, nil, validation("The metrics list must not have more than %d metrics.", maxAlarmStats) // (inferred)
	case len(qs.list)-stats > maxAlarmExpressions:
		return 0, nil, validation("The metrics list must not have more than %d expressions.", maxAlarmExpressions) // (inferred)
	case result.kind != expression.Series:
		return 0, nil, inExpression(result.Id, errOneSeries)
	case length == 0:
		return 0, nil, validation("Period must not be null") // only expressions, and none names a period (inferred)
	}
	for i := range qs.list {
		q := &qs.list[i]
		if q.math != nil && q.math.Calls("SEARCH") {
			return 0, nil, validation("SEARCH is not supported on Metric Alarms.")
		}
		q.period = length
	}
	return length, result.MetricDataQuery, nil
}

// Math computes the queries of an alarm that CheckAlarm accepted: the points between start and end, oldest first, counted from start. A
// broken rule, such as too many points, gives a *schema.Error.
func (v *Values) Math(account, region string, in []cloudwatch.MetricDataQuery, now, start, end time.Time) ([]expression.Point, error) {
	qs, err := checkQueries(account, "Metrics", in)
	if err != nil {
		return nil, err
	}
	for i := range qs.list {
		q := &qs.list[i]
		if !q.returned() {
			continue
		}
		result, err := compute(v.tx, account, region, now, qs, start, end, start).value(q.Id)
		if err != nil || len(result.Lines) == 0 {
			return nil, err
		}
		return result.Lines[0].Points, nil
	}
	return nil, nil
}
