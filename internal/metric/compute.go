package metric

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// What a result must be.
var (
	errNoSeries  = errors.New("the result must be a time series or an array of time series")
	errOneSeries = errors.New("the result of an alarm must be a single time series")
)

// mostPoints bounds the points that the expressions of one request may read and make.
const mostPoints = 2_000_000

// errTooMany is the answer to a request beyond mostPoints (inferred).
func errTooMany() error {
	return validation("The expressions of this request make too many datapoints. Ask for a shorter time range or a longer period.")
}

// computation is the values of one request's queries, each computed once.
type computation struct {
	tx              store.Tx
	account, region string
	now             time.Time
	qs              *queries
	start, end      time.Time
	anchor          time.Time // zero for calendar periods
	done            map[string]expression.Value
	units           map[string][]string // of metrics with several
	budget          int
	cut             bool // a search found more than it may return
}

func compute(tx store.Tx, account, region string, now time.Time, qs *queries, start, end, anchor time.Time) *computation {
	return &computation{
		tx: tx, account: account, region: region, now: now, qs: qs, start: start, end: end, anchor: anchor, done: map[string]expression.Value{},
		units: map[string][]string{}, budget: mostPoints,
	}
}

// value returns the value of a query.
func (c *computation) value(id string) (expression.Value, error) {
	if v, ok := c.done[id]; ok {
		return v, nil
	}
	i, ok := c.qs.byID[id]
	if !ok {
		return expression.Value{}, fmt.Errorf("BUG: query %s was not checked", id)
	}
	q := &c.qs.list[i]
	v, err := c.of(q)
	if err != nil {
		return v, err
	}
	c.done[id] = v
	return v, nil
}

func (c *computation) of(q *wanted) (expression.Value, error) {
	if q.math == nil {
		m := q.MetricStat.Metric
		id := series.New(*m.Namespace, *m.MetricName, dimensionsOf(m.Dimensions), "")
		l, units, err := c.line(id, q.stat, q.period, text(q.MetricStat.Unit))
		if len(units) > 1 {
			c.units[q.Id] = units
		}
		l.Label = *m.MetricName
		return expression.Value{Kind: expression.Series, Lines: []expression.Line{l}}, err
	}
	env := &expression.Env{
		Start: c.first(q.period).Unix(), End: (c.end.UnixNano() + int64(time.Second) - 1) / int64(time.Second), Period: seconds(q.period),
		Lookup: c.value, Metrics: c.metrics, Search: c.search, Budget: &c.budget,
	}
	if !c.anchor.IsZero() {
		env.Anchor = c.anchor.Unix()
	}
	v, err := q.math.Eval(env)
	var refused *expression.Error
	switch {
	case errors.Is(err, expression.ErrBudget):
		return v, errTooMany()
	case errors.As(err, &refused):
		return v, inExpression(q.Id, err)
	}
	return v, err
}

// first is the start of the first period, which counts as a whole. Without an anchor periods lie on calendar multiples (inferred).
func (c *computation) first(period time.Duration) time.Time {
	if !c.anchor.IsZero() {
		return c.start
	}
	return series.Floor(series.RoundStart(c.start, c.now, period), period)
}

// line reads a statistic of one metric, and the units it has. Without a unit the first in the alphabet counts.
func (c *computation) line(id series.Identity, stat series.Statistic, period time.Duration, unit string) (expression.Line, []string, error) {
	l := expression.Line{Period: seconds(period), Props: c.props(id, stat, period)}
	streams, err := Read(c.tx, Query{
		Account: c.account, Region: c.region, Namespace: id.Namespace, Name: id.Name, Dimensions: id.Dimensions, Start: c.first(period), End: c.end,
		Period: period, Anchor: c.anchor, Unit: unit,
	})
	if err != nil || len(streams) == 0 {
		return l, nil, err
	}
	units := make([]string, len(streams))
	for i, s := range streams {
		units[i] = s.Unit
	}
	bs := streams[0].Buckets
	if c.budget -= len(bs); c.budget < 0 {
		return l, units, errTooMany()
	}
	for i := range bs {
		if v, ok := stat.Of(&bs[i].Summary); ok {
			l.Points = append(l.Points, expression.Point{At: bs[i].Start.Unix(), V: v})
		}
	}
	return l, units, nil
}

// props are what ${PROP('…')} of a label may name.
func (c *computation) props(id series.Identity, stat series.Statistic, period time.Duration) map[string]string {
	out := map[string]string{
		"AccountId": c.account, "AccountLabel": c.account, "MetricName": id.Name, "Namespace": id.Namespace, "Region": c.region, "Stat": stat.String(),
		"Period": strconv.FormatInt(seconds(period), 10),
	}
	for _, d := range id.Dimensions {
		out["Dim."+d.Name] = d.Value
	}
	return out
}

// metrics are the metric queries whose Id holds a text.
func (c *computation) metrics(part string) ([]expression.Line, error) {
	var out []expression.Line
	for i := range c.qs.list {
		q := &c.qs.list[i]
		if q.math != nil || !strings.Contains(q.Id, part) {
			continue
		}
		v, err := c.value(q.Id)
		if err != nil {
			return nil, err
		}
		out = append(out, v.Lines...)
	}
	return out, nil
}

// search reads the metrics that a search finds, of those that ListMetrics shows.
func (c *computation) search(s *expression.Search, stat string, length int64) ([]expression.Line, error) {
	st, err := series.ParseStatistic(stat)
	if err != nil {
		return nil, &expression.Error{Reason: "the statistic " + stat + " of SEARCH is not supported"}
	}
	p, ok := period(length)
	if !ok {
		return nil, &expression.Error{Reason: "the period of SEARCH must be 1, 5, 10, 20, 30, or a multiple of 60"}
	}
	prefix := store.K(c.account, c.region)
	if s.Namespace != "" {
		prefix = store.K(c.account, c.region, clip(s.Namespace))
	}
	var found []*metricRow
	for m, err := range metrics.Scan(c.tx, prefix, nil) {
		if err != nil {
			return nil, fmt.Errorf("search metrics: %w", err)
		}
		if !s.Match(searched(m)) {
			continue
		}
		active, err := activeSince(c.tx, m, c.now.Add(-series.ListedFor))
		if err != nil {
			return nil, err
		}
		if !active {
			continue
		}
		if len(found) == expression.MaxFound {
			c.cut = true
			break
		}
		found = append(found, m)
	}
	// The rows lie by their hashes.
	slices.SortFunc(found, func(a, b *metricRow) int { return strings.Compare(a.identity().Metric(), b.identity().Metric()) })
	out := make([]expression.Line, 0, len(found))
	for _, m := range found {
		l, _, err := c.line(m.identity(), st, p, "")
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	nameFound(found, out)
	return out, nil
}

func searched(m *metricRow) *expression.Metric {
	out := &expression.Metric{Namespace: m.Namespace, Name: m.Name}
	for _, d := range m.Dimensions {
		out.Names, out.Values = append(out.Names, d.Name), append(out.Values, d.Value)
	}
	return out
}

// nameFound labels metrics by what tells each from the others that were found (inferred).
func nameFound(found []*metricRow, ls []expression.Line) {
	names, values := map[string]bool{}, map[series.Dimension]bool{}
	several := map[string]int{} // values of a dimension
	for _, m := range found {
		names[m.Name] = true
		for _, d := range m.Dimensions {
			if !values[d] {
				values[d] = true
				several[d.Name]++
			}
		}
	}
	for i, m := range found {
		var parts []string
		if len(names) > 1 {
			parts = append(parts, m.Name)
		}
		for _, d := range m.Dimensions {
			if several[d.Name] > 1 {
				parts = append(parts, d.Value)
			}
		}
		if len(parts) == 0 {
			parts = []string{m.Name}
		}
		ls[i].Label = strings.Join(parts, " ")
	}
}
