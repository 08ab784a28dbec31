package metric

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Limits of GetMetricData.
const (
	maxQueries     = 500
	mostDatapoints = 100_800 // of one answer
)

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)

// position is where a page of GetMetricData begins.
type position struct{ Query, Point int }

// wanted is one checked query.
type wanted struct {
	*cloudwatch.MetricDataQuery
	stat   series.Statistic
	period time.Duration
}

// GetMetricData returns one statistic per query. Expressions are refused until
// this server computes them.
func (s *Service) GetMetricData(c *op.Call, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	queries, err := checkQueries(c, in)
	if err != nil {
		return nil, err
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
	labels := labelsOf(queries)
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []cloudwatch.MetricDataResult{}, Messages: []cloudwatch.MessageData{}}
	for i := at.Query; i < len(queries); i++ {
		q := queries[i]
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		if room == 0 {
			out.NextToken, err = s.dataToken(position{Query: i}, binding)
			return out, err
		}
		r, err := result(c, in, q)
		if err != nil {
			return nil, err
		}
		r.Label = &labels[i]
		skip := 0
		if i == at.Query {
			skip = min(at.Point, len(r.Values))
		}
		rest := len(r.Values) - skip
		take := min(rest, room)
		r.Timestamps, r.Values = r.Timestamps[skip:skip+take], r.Values[skip:skip+take]
		room -= take
		if take < rest {
			r.StatusCode = new("PartialData")
			out.MetricDataResults = append(out.MetricDataResults, *r)
			out.NextToken, err = s.dataToken(position{Query: i, Point: skip + take}, binding)
			return out, err
		}
		out.MetricDataResults = append(out.MetricDataResults, *r)
	}
	return out, nil
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

func checkQueries(c *op.Call, in *cloudwatch.GetMetricDataInput) ([]wanted, error) {
	if !in.StartTime.Before(in.EndTime) {
		return nil, backwards()
	}
	if len(in.MetricDataQueries) > maxQueries {
		return nil, validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	}
	if in.ScanBy != nil && *in.ScanBy != "TimestampAscending" && *in.ScanBy != "TimestampDescending" {
		return nil, validation("The value %s for parameter ScanBy is invalid.", *in.ScanBy) // (inferred)
	}
	seen := make(map[string]bool, len(in.MetricDataQueries))
	out := make([]wanted, 0, len(in.MetricDataQueries))
	returned := false
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if !queryID.MatchString(q.Id) {
			return nil, validation("The value %s for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", q.Id, i+1) // (inferred)
		}
		if seen[q.Id] {
			return nil, validation("The values for parameter id in MetricDataQueries are not unique.")
		}
		seen[q.Id] = true
		returned = returned || q.ReturnData == nil || *q.ReturnData
		if q.Expression != nil && q.MetricStat != nil {
			return nil, combination("The parameters MetricDataQueries.member.%d.Expression and MetricDataQueries.member.%d.MetricStat are mutually exclusive and you have specified both.", i+1, i+1) // (inferred)
		}
		if q.Expression != nil {
			return nil, validation("Metric math expressions are not supported by this server.")
		}
		if q.AccountId != nil && *q.AccountId != c.Account {
			return nil, validation("Metrics of other accounts are not supported by this server.")
		}
		w, err := checkStat(q, i+1)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if len(out) > 0 && !returned {
		return nil, validation("At least one element in the MetricDataQueries list must have ReturnData true.") // (inferred)
	}
	return out, nil
}

func checkStat(q *cloudwatch.MetricDataQuery, n int) (wanted, error) {
	path := "MetricDataQueries.member." + strconv.Itoa(n)
	m := q.MetricStat
	if m == nil || m.Metric == nil {
		return wanted{}, missing("The parameter %s.MetricStat is required.", path) // (inferred)
	}
	if text(m.Metric.Namespace) == "" || text(m.Metric.MetricName) == "" {
		return wanted{}, missing("The parameters %s.MetricStat.Metric.Namespace and %s.MetricStat.Metric.MetricName are required.", path, path) // (inferred)
	}
	length, ok := period(m.Period)
	if !ok {
		return wanted{}, value("The parameter %s.MetricStat.Period must be 1, 5, 10, 20, 30, or a multiple of 60.", path) // (inferred)
	}
	st, err := series.ParseStatistic(m.Stat)
	if err != nil {
		return wanted{}, value("The value %s for parameter %s.MetricStat.Stat is not supported.", m.Stat, path) // (inferred)
	}
	return wanted{q, st, length}, nil
}

// result computes all points of one query, in the order asked for.
func result(c *op.Call, in *cloudwatch.GetMetricDataInput, q wanted) (*cloudwatch.MetricDataResult, error) {
	r := &cloudwatch.MetricDataResult{Id: &q.Id, StatusCode: new("Complete"), Timestamps: []time.Time{}, Values: []float64{}}
	m := q.MetricStat.Metric
	// Periods lie on calendar multiples here (inferred); the first is taken as a whole.
	start := series.Floor(series.RoundStart(in.StartTime, c.Now, q.period), q.period)
	streams, err := Read(c.Tx, Query{
		Account: c.Account, Region: c.Region, Namespace: *m.Namespace, Name: *m.MetricName, Dimensions: dimensionsOf(m.Dimensions),
		Start: start, End: in.EndTime, Period: q.period, Unit: text(q.MetricStat.Unit),
	})
	if err != nil || len(streams) == 0 {
		return r, err
	}
	if len(streams) > 1 {
		names := make([]string, len(streams))
		for i, s := range streams {
			names[i] = s.Unit
		}
		r.Messages = []cloudwatch.MessageData{{
			Code: new("MultipleUnits"), Value: new("Multiple units returned: '[" + strings.Join(names, ", ") + "]'"),
		}}
	}
	bs := streams[0].Buckets
	if in.ScanBy == nil || *in.ScanBy == "TimestampDescending" {
		slices.Reverse(bs)
	}
	for i := range bs {
		if v, ok := q.stat.Of(&bs[i].Summary); ok {
			r.Timestamps = append(r.Timestamps, bs[i].Start)
			r.Values = append(r.Values, v)
		}
	}
	return r, nil
}

// labelsOf gives the label of each query: its own, or the metric's name with
// what differs between the queries, statistic before period.
func labelsOf(queries []wanted) []string {
	stat, length := false, false
	for _, q := range queries {
		stat = stat || q.MetricStat.Stat != queries[0].MetricStat.Stat
		length = length || q.period != queries[0].period
	}
	out := make([]string, len(queries))
	for i, q := range queries {
		if q.Label != nil && *q.Label != "" {
			out[i] = *q.Label
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
