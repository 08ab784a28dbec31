package metric

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
)

// maxDatapoints is the most one GetMetricStatistics may ask for.
const maxDatapoints = 1440

// GetMetricStatistics returns statistics of one metric, each unit's by itself.
// Periods count from StartTime, which is rounded down as AWS does.
func (s *Service) GetMetricStatistics(c *op.Call, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	stats, err := statisticsOf(in)
	if err != nil {
		return nil, err
	}
	length, ok := period(in.Period)
	if !ok {
		return nil, value("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.") // (inferred)
	}
	if !in.StartTime.Before(in.EndTime) {
		return nil, backwards()
	}
	if n := pointsBetween(in.StartTime, in.EndTime, length); n > maxDatapoints {
		return nil, combination("You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, maxDatapoints)
	}
	start := series.RoundStart(in.StartTime, c.Now, length)
	streams, err := Read(c.Tx, Query{
		Account: c.Account, Region: c.Region, Namespace: in.Namespace, Name: in.MetricName, Dimensions: dimensionsOf(in.Dimensions),
		Start: start, End: in.EndTime, Period: length, Anchor: start, Unit: text(in.Unit),
	})
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: &in.MetricName, Datapoints: []cloudwatch.Datapoint{}}
	for _, st := range streams {
		for _, b := range st.Buckets {
			if p, ok := datapoint(&b, st.Unit, stats); ok {
				out.Datapoints = append(out.Datapoints, p)
			}
		}
	}
	return out, nil
}

// pointsBetween counts the periods in a range, the last one rounded up.
func pointsBetween(start, end time.Time, length time.Duration) int64 {
	n := end.Unix() - start.Unix()
	p := seconds(length)
	return (n + p - 1) / p
}

func statisticsOf(in *cloudwatch.GetMetricStatisticsInput) ([]series.Statistic, error) {
	if len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0 {
		return nil, missing("Must specify either Statistics or ExtendedStatistics") // (inferred)
	}
	var out []series.Statistic
	for _, name := range in.Statistics {
		st, err := series.ParseStatistic(name)
		if err != nil || st.Extended() {
			return nil, value("The value %s for parameter Statistics is invalid.", name) // (inferred)
		}
		out = append(out, st)
	}
	for _, name := range in.ExtendedStatistics {
		st, err := series.ParseStatistic(name)
		if err != nil || !st.Extended() {
			return nil, value("The value %s for parameter ExtendedStatistics is not supported.", name) // (inferred)
		}
		out = append(out, st)
	}
	return out, nil
}

// datapoint computes the statistics of one period; false if none of them exists.
func datapoint(b *series.Bucket, unit string, stats []series.Statistic) (cloudwatch.Datapoint, bool) {
	p := cloudwatch.Datapoint{Timestamp: &b.Start, Unit: &unit}
	any := false
	for _, st := range stats {
		v, ok := st.Of(&b.Summary)
		if !ok {
			continue
		}
		any = true
		switch st.String() {
		case "SampleCount":
			p.SampleCount = &v
		case "Average":
			p.Average = &v
		case "Sum":
			p.Sum = &v
		case "Minimum":
			p.Minimum = &v
		case "Maximum":
			p.Maximum = &v
		default:
			if p.ExtendedStatistics == nil {
				p.ExtendedStatistics = map[string]float64{}
			}
			p.ExtendedStatistics[st.String()] = v
		}
	}
	return p, any
}
