package metric

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Limits of one call. [CloudWatch: PutMetricData]
const (
	maxData     = 1000
	maxValues   = 150
	maxEntities = 2
)

// PutMetricData adds values to metrics. What is refused refuses the whole call.
// Entities are accepted and not kept; their values are.
func (s *Service) PutMetricData(c *op.Call, in *cloudwatch.PutMetricDataInput) error {
	if strings.HasPrefix(in.Namespace, "AWS/") {
		return value("The value AWS/ for parameter Namespace is invalid.")
	}
	if len(in.MetricData) == 0 && len(in.EntityMetricData) == 0 {
		return missing("The parameter MetricData is required.")
	}
	if len(in.EntityMetricData) > maxEntities {
		return value("The collection EntityMetricData must not have a size greater than %d.", maxEntities)
	}
	total := len(in.MetricData)
	for _, e := range in.EntityMetricData {
		total += len(e.MetricData)
	}
	if total > maxData {
		return value("The collection MetricData must not have a size greater than %d.", maxData)
	}
	b := newBatch(c.Account, c.Region)
	if err := b.data(c.Now, in.Namespace, "MetricData", in.MetricData); err != nil {
		return err
	}
	for i, e := range in.EntityMetricData {
		if err := b.data(c.Now, in.Namespace, fmt.Sprintf("EntityMetricData.member.%d.MetricData", i+1), e.MetricData); err != nil {
			return err
		}
	}
	return b.write(c.Tx, c.Now)
}

func (b *batch) data(now time.Time, namespace, list string, data []cloudwatch.MetricDatum) error {
	for i := range data {
		d := &data[i]
		path := list + ".member." + strconv.Itoa(i+1)
		at, err := datumTime(now, path, d)
		if err != nil {
			return err
		}
		sum, err := summaryOf(path, d)
		if err != nil {
			return err
		}
		high := false
		if d.StorageResolution != nil {
			switch *d.StorageResolution {
			case 1:
				high = true
			case 60:
			default:
				return value("The parameter %s.StorageResolution must be either 1 or 60.", path) // (inferred)
			}
		}
		if err := dimensionNames(path, d.Dimensions); err != nil {
			return err
		}
		if err := b.add(series.New(namespace, d.MetricName, dimensionsOf(d.Dimensions), text(d.Unit)), at, high, *sum); err != nil {
			return err
		}
	}
	return nil
}

func datumTime(now time.Time, path string, d *cloudwatch.MetricDatum) (time.Time, error) {
	if d.Timestamp == nil {
		return now, nil
	}
	if d.Timestamp.Before(now.Add(-series.OldestDatum)) {
		return now, value("The parameter %s.Timestamp must specify a time within the past two weeks.", path) // (inferred)
	}
	if d.Timestamp.After(now.Add(series.NewestDatum)) {
		return now, value("The parameter %s.Timestamp must specify a time no more than two hours in the future.", path) // (inferred)
	}
	return *d.Timestamp, nil
}

func dimensionNames(path string, ds []cloudwatch.Dimension) error {
	seen := make(map[string]bool, len(ds))
	for i, d := range ds {
		at := fmt.Sprintf("%s.Dimensions.member.%d", path, i+1)
		switch {
		case !printable(d.Name) || strings.HasPrefix(d.Name, ":"):
			return value("The value %s for parameter %s.Name is invalid.", d.Name, at) // (inferred)
		case !printable(d.Value):
			return value("The value %s for parameter %s.Value is invalid.", d.Value, at) // (inferred)
		case seen[d.Name]:
			return combination("The parameter %s.Name names a dimension twice.", at) // (inferred)
		}
		seen[d.Name] = true
	}
	return nil
}

// printable tells whether a dimension's text is ASCII with something to see.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return strings.TrimSpace(s) != ""
}

// summaryOf checks the values of a datum and sums them up.
func summaryOf(path string, d *cloudwatch.MetricDatum) (*series.Summary, error) {
	exclusive := func(other string) error {
		return combination("The parameters %s.Value and %s.%s are mutually exclusive and you have specified both.", path, path, other)
	}
	switch {
	case d.Value != nil && len(d.Values) > 0:
		return nil, exclusive("Values")
	case d.Value != nil && d.StatisticValues != nil:
		return nil, exclusive("StatisticValues")
	case d.Value == nil && len(d.Values) == 0 && d.StatisticValues == nil:
		return nil, missing("At least one of the parameters must be specified. Parameters: %s.StatisticValues, %s.Value, %s.Values", path, path, path) // (inferred)
	case len(d.Values) > maxValues:
		return nil, value("The collection %s.Values must not have a size greater than %d.", path, maxValues)
	case len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return nil, value("The parameters %s.Values and %s.Counts must be of the same size.", path, path)
	}
	s := new(series.Summary)
	add := func(at string, v, count float64) error {
		if err := s.Add(v, count); err != nil {
			if err == series.ErrCount {
				return invalid(strings.Replace(at, ".Values", ".Counts", 1), count)
			}
			return invalid(at, v)
		}
		return nil
	}
	if d.Value != nil {
		if err := add(path+".Value", *d.Value, 1); err != nil {
			return nil, err
		}
	}
	for i, v := range d.Values {
		count := 1.0
		if len(d.Counts) > 0 {
			if count = d.Counts[i]; count == 0 {
				continue // a value that never occurred
			}
		}
		if err := add(fmt.Sprintf("%s.Values.member.%d", path, i+1), v, count); err != nil {
			return nil, err
		}
	}
	if set := d.StatisticValues; set != nil {
		if err := setInto(s, path+".StatisticValues", set); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func setInto(s *series.Summary, path string, set *cloudwatch.StatisticSet) error {
	if set.SampleCount == 0 {
		return nil // nothing was measured
	}
	switch err := s.AddSet(set.SampleCount, set.Sum, set.Minimum, set.Maximum); err {
	case nil:
		return nil
	case series.ErrCount:
		return invalid(path+".SampleCount", set.SampleCount)
	case series.ErrSet:
		return value("The parameter %s.Minimum must be less than or equal to the parameter %s.Maximum.", path, path) // (inferred)
	default:
		for _, v := range []struct {
			name string
			v    float64
		}{{".Sum", set.Sum}, {".Minimum", set.Minimum}, {".Maximum", set.Maximum}} {
			if math.IsNaN(v.v) || math.Abs(v.v) > series.MaxValue {
				return invalid(path+v.name, v.v)
			}
		}
		return err
	}
}

func invalid(path string, v float64) error {
	return value("The value %s for parameter %s is invalid.", strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+"), path)
}
