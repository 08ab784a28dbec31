package metric

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Limits of GetMetricData.
const (
	maxQueries     = 500
	mostDatapoints = 100_800 // of one answer
)

// position is where a page of GetMetricData begins: a point of a series of a query.
type position struct{ Query, Line, Point int }

// GetMetricData returns one series per query of a metric, and those that
// expressions make. What does not fit into an answer follows with the next page.
func (s *Service) GetMetricData(c *op.Call, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	zone, err := checkData(in)
	if err != nil {
		return nil, err
	}
	qs, err := checkQueries(c.Account, "MetricDataQueries", in.MetricDataQueries)
	if err != nil {
		return nil, err
	}
	if len(qs.list) > 0 && !slices.ContainsFunc(qs.list, func(q wanted) bool { return q.returned() }) {
		return nil, validation("At least one element in the MetricDataQueries list must have ReturnData true.") // (inferred)
	}
	room := mostDatapoints
	if in.MaxDatapoints != nil && *in.MaxDatapoints > 0 {
		room = int(min(*in.MaxDatapoints, mostDatapoints))
	}
	binding := dataBinding(c, in)
	var at position
	if in.NextToken != nil {
		raw, err := s.deps.Tokens.OpenToken("metric data", *in.NextToken, binding...)
		if err != nil || json.Unmarshal(raw, &at) != nil {
			return nil, cloudwatch.InvalidNextToken("The service cannot process the request: invalid next token.") // (inferred)
		}
	}
	run := compute(c.Tx, c.Account, c.Region, c.Now, qs, in.StartTime, in.EndTime, time.Time{})
	defaults := labelsOf(qs)
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []cloudwatch.MetricDataResult{}, Messages: []cloudwatch.MessageData{}}
	for i := at.Query; i < len(qs.list); i++ {
		q := &qs.list[i]
		if !q.returned() {
			continue
		}
		if room == 0 {
			out.NextToken, err = s.dataToken(position{Query: i}, binding)
			return out, err
		}
		v, err := run.value(q.Id)
		if err != nil {
			return nil, err
		}
		first := 0
		if i == at.Query {
			first = min(at.Line, len(v.Lines))
		}
		for n := first; n < len(v.Lines); n++ {
			if room == 0 {
				out.NextToken, err = s.dataToken(position{i, n, 0}, binding)
				return out, err
			}
			skip := 0
			if i == at.Query && n == at.Line {
				skip = at.Point
			}
			l := v.Lines[n]
			if q.math == nil {
				l.Label = defaults[i]
			}
			r, rest := resultOf(q, &l, descending(in), skip, room)
			r.Label = new(labelOf(q, &l, c.Now, zone))
			r.Messages = unitMessages(run.units[q.Id])
			room -= len(r.Values)
			if rest {
				r.StatusCode = new("PartialData")
			}
			out.MetricDataResults = append(out.MetricDataResults, *r)
			if rest {
				out.NextToken, err = s.dataToken(position{i, n, skip + len(r.Values)}, binding)
				return out, err
			}
		}
	}
	if run.cut {
		out.Messages = append(out.Messages, cloudwatch.MessageData{
			Code: new("MaxMetricsExceeded"), Value: new(fmt.Sprintf("A search returned the first %d metrics of more.", expression.MaxFound)), // (inferred)
		})
	}
	return out, nil
}

func descending(in *cloudwatch.GetMetricDataInput) bool {
	return in.ScanBy == nil || *in.ScanBy == "TimestampDescending"
}

// checkData checks what is not in the queries. It returns the zone of labels.
func checkData(in *cloudwatch.GetMetricDataInput) (*time.Location, error) {
	if !in.StartTime.Before(in.EndTime) {
		return nil, backwards()
	}
	if len(in.MetricDataQueries) > maxQueries {
		return nil, validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	}
	if in.ScanBy != nil && *in.ScanBy != "TimestampAscending" && *in.ScanBy != "TimestampDescending" {
		return nil, validation("The value %s for parameter ScanBy is invalid.", *in.ScanBy) // (inferred)
	}
	if in.LabelOptions == nil || text(in.LabelOptions.Timezone) == "" {
		return time.UTC, nil
	}
	t, err := time.Parse("-0700", *in.LabelOptions.Timezone)
	if err != nil {
		return nil, validation("The value %s for parameter LabelOptions.Timezone is invalid.", *in.LabelOptions.Timezone) // (inferred)
	}
	_, offset := t.Zone()
	return time.FixedZone("", offset), nil
}

// resultOf is a series in the order asked for, without the first points and no more than there is room; true if some are left.
func resultOf(q *wanted, l *expression.Line, descending bool, skip, room int) (*cloudwatch.MetricDataResult, bool) {
	n := len(l.Points)
	skip = min(skip, n)
	take := min(n-skip, room)
	r := &cloudwatch.MetricDataResult{Id: &q.Id, StatusCode: new("Complete"), Timestamps: make([]time.Time, take), Values: make([]float64, take)}
	for i := range take {
		p := l.Points[skip+i]
		if descending {
			p = l.Points[n-1-skip-i]
		}
		r.Timestamps[i], r.Values[i] = time.Unix(p.At, 0).UTC(), p.V
	}
	return r, skip+take < n
}

func unitMessages(units []string) []cloudwatch.MessageData {
	if len(units) == 0 {
		return nil
	}
	return []cloudwatch.MessageData{{Code: new("MultipleUnits"), Value: new("Multiple units returned: '[" + strings.Join(units, ", ") + "]'")}}
}

// labelOf is the label of a result. A label without dynamic parts stands before
// those of an array's series, which would look alike otherwise (inferred).
func labelOf(q *wanted, l *expression.Line, now time.Time, zone *time.Location) string {
	label := text(q.Label)
	switch {
	case expression.Dynamic(label):
		return expression.ExpandLabel(label, l, now, zone)
	case q.kind == expression.Array && label != "":
		return strings.TrimSpace(label + " " + l.Label)
	case q.kind == expression.Array && l.Label != "":
		return l.Label
	case label != "":
		return label
	case q.math != nil:
		return q.Id
	}
	return l.Label
}

// labelsOf gives metrics their default labels: the metric's name with what
// differs between the queries, statistic before period.
func labelsOf(qs *queries) []string {
	var first *wanted
	stat, length := false, false
	for i := range qs.list {
		q := &qs.list[i]
		if q.math != nil {
			continue
		}
		if first == nil {
			first = q
		}
		stat = stat || q.MetricStat.Stat != first.MetricStat.Stat
		length = length || q.period != first.period
	}
	out := make([]string, len(qs.list))
	for i := range qs.list {
		q := &qs.list[i]
		if q.math != nil {
			continue
		}
		out[i] = *q.MetricStat.Metric.MetricName
		if stat {
			out[i] += " " + q.MetricStat.Stat
		}
		if length {
			out[i] += " " + strconv.FormatInt(seconds(q.period), 10)
		}
	}
	return out
}

func (s *Service) dataToken(p position, binding []string) (*string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode page token: %w", err)
	}
	return new(s.deps.Tokens.SealToken("metric data", raw, binding...)), nil
}

// dataBinding ties a token to the caller and the query.
func dataBinding(c *op.Call, in *cloudwatch.GetMetricDataInput) []string {
	bound := *in
	bound.NextToken = nil
	raw, err := json.Marshal(&bound)
	if err != nil {
		raw = nil // cannot happen for this type; then only the account binds
	}
	return []string{c.Account, c.Region, string(raw)}
}
