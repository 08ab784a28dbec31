package metric_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/store"
)

func formula(id, text string) cloudwatch.MetricDataQuery {
	return cloudwatch.MetricDataQuery{Id: id, Expression: &text}
}

func hide(q cloudwatch.MetricDataQuery) cloudwatch.MetricDataQuery {
	q.ReturnData = new(false)
	return q
}

// four writes 1, 2, 3, 4 into four minutes of App m, and 10 into the second of App n with a dimension.
func four(t *testing.T) *world {
	w := open(t)
	for i := range 4 {
		w.must(w.put(datum(base.Add(time.Duration(i)*time.Minute), float64(i+1))))
	}
	d := datum(base.Add(time.Minute), 10)
	d.MetricName, d.Dimensions = "n", []cloudwatch.Dimension{{Name: "Pool", Value: "p1"}}
	w.must(w.put(d))
	d.Dimensions[0].Value = "p2"
	d.Value = new(20.0)
	w.must(w.put(d))
	w.now = base.Add(time.Hour)
	return w
}

func TestGetMetricData_math(t *testing.T) {
	t.Parallel()
	w := four(t)
	in := cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(5 * time.Minute), ScanBy: new("TimestampAscending")}
	label := func(q cloudwatch.MetricDataQuery, text string) cloudwatch.MetricDataQuery {
		q.Label = &text
		return q
	}
	own := formula("e", "TIME_SERIES(3)")
	own.Period = new(int64(120))
	for name, c := range map[string]struct {
		queries []cloudwatch.MetricDataQuery
		want    string // "label values", one line per result
	}{
		"over a metric":      {[]cloudwatch.MetricDataQuery{formula("e", "m1 * 2"), hide(query("m1", "Sum", 60))}, "e [2 4 6 8]"},
		"over an expression": {[]cloudwatch.MetricDataQuery{formula("e2", "e1 + m1"), hide(formula("e1", "RUNNING_SUM(m1)")), hide(query("m1", "Sum", 60))}, "e2 [2 5 9 14]"},
		"scalar inside":      {[]cloudwatch.MetricDataQuery{hide(formula("s", "SUM(m1)")), formula("e", "m1 / s * 100"), hide(query("m1", "Sum", 60))}, "e [10 20 30 40]"},
		"fill":               {[]cloudwatch.MetricDataQuery{formula("e", "FILL(m1, 0)"), hide(query("m1", "Sum", 60))}, "e [1 2 3 4 0]"},
		"own period":         {[]cloudwatch.MetricDataQuery{own}, "e [3 3 3]"},
		"label":              {[]cloudwatch.MetricDataQuery{label(formula("e", "m1"), "total ${SUM}, at most ${MAX}"), hide(query("m1", "Sum", 60))}, "total 10, at most 4 [1 2 3 4]"},
		"label of a metric":  {[]cloudwatch.MetricDataQuery{label(query("m1", "Sum", 60), "${PROP('MetricName')} ${PROP('Stat')} ${LABEL}")}, "m Sum m [1 2 3 4]"},
		"array":              {[]cloudwatch.MetricDataQuery{formula("e", "METRICS() * 10"), hide(query("m1", "Sum", 60)), hide(query("m2", "Sum", 120))}, "m [10 20 30 40]\nm [30 70]"},
		"search":             {[]cloudwatch.MetricDataQuery{formula("e", `SEARCH('{App,Pool} MetricName="n"', 'Sum', 60)`)}, "p1 [10]\np2 [20]"},
		"search, label":      {[]cloudwatch.MetricDataQuery{label(formula("e", `SEARCH('{App,Pool}', 'Maximum', 300)`), "n of ${PROP('Dim.Pool')}")}, "n of p1 [10]\nn of p2 [20]"},
		"search, sum":        {[]cloudwatch.MetricDataQuery{formula("e", `SUM(SEARCH('{App,Pool}', 'Sum', 60))`)}, "e [30]"},
		"no data":            {[]cloudwatch.MetricDataQuery{formula("e", `SEARCH('nothing', 'Sum', 60)`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := in
			in.MetricDataQueries = c.queries
			out, err := w.data(in)
			w.must(err)
			var got []string
			for _, r := range out.MetricDataResults {
				got = append(got, fmt.Sprint(*r.Label, " ", r.Values))
				if len(r.Timestamps) != len(r.Values) || *r.StatusCode != "Complete" {
					t.Errorf("%+v", r)
				}
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
		})
	}

	// Pages cut through the series of one array.
	in.MetricDataQueries = []cloudwatch.MetricDataQuery{formula("e", "METRICS() * 10"), hide(query("m1", "Sum", 60)), hide(query("m2", "Sum", 120))}
	in.MaxDatapoints = new(int64(3))
	var all []float64
	pages := 0
	for ; ; pages++ {
		out, err := w.data(in)
		w.must(err)
		for _, r := range out.MetricDataResults {
			all = append(all, r.Values...)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(all, []float64{10, 20, 30, 40, 30, 70}) || pages != 1 {
		t.Errorf("%v in %d pages", all, pages+1)
	}
}

func TestGetMetricData_mathRefusals(t *testing.T) {
	t.Parallel()
	w := four(t)
	for _, c := range []struct {
		queries []cloudwatch.MetricDataQuery
		message string
	}{
		{[]cloudwatch.MetricDataQuery{formula("a", "b"), formula("b", "a")}, "Error in expression 'a': the expression refers to itself"},
		{[]cloudwatch.MetricDataQuery{formula("a", "a + 1")}, "Error in expression 'a': the expression refers to itself"},
		{[]cloudwatch.MetricDataQuery{formula("a", "1 + 1")}, "Error in expression 'a': the result must be a time series or an array of time series"},
		{[]cloudwatch.MetricDataQuery{formula("a", "SUM(")}, "Error in expression 'a': unexpected end of the expression"},
		{[]cloudwatch.MetricDataQuery{formula("a", "select AVG(m) from x")}, "Metrics Insights queries are not supported by this server."},
		{[]cloudwatch.MetricDataQuery{formula("a", "SEARCH('x', 'Magic', 60)")}, "Error in expression 'a': the statistic Magic of SEARCH is not supported"},
		{[]cloudwatch.MetricDataQuery{formula("a", "SEARCH('x', 'Sum', 61)")}, "Error in expression 'a': the period of SEARCH must be 1, 5, 10, 20, 30, or a multiple of 60"},
		{[]cloudwatch.MetricDataQuery{hide(query("m1", "Sum", 60))}, "At least one element in the MetricDataQueries list must have ReturnData true."},
	} {
		_, err := w.data(cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour), MetricDataQueries: c.queries})
		wantError(t, err, "ValidationError", c.message)
	}
	second := formula("a", "TIME_SERIES(1)")
	second.Period = new(int64(1))
	_, err := w.data(cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(30 * 24 * time.Hour), MetricDataQueries: []cloudwatch.MetricDataQuery{second}})
	wantError(t, err, "ValidationError", "The expressions of this request make too many datapoints. Ask for a shorter time range or a longer period.")
	_, err = w.data(cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour), LabelOptions: &cloudwatch.LabelOptions{Timezone: new("Mars")}})
	wantError(t, err, "ValidationError", "The value Mars for parameter LabelOptions.Timezone is invalid.")
}

// TestGetMetricData_growth has expressions that would double with every line.
func TestGetMetricData_growth(t *testing.T) {
	t.Parallel()
	w := four(t)
	qs := []cloudwatch.MetricDataQuery{hide(query("m0", "Sum", 60))}
	for i := 1; i <= 40; i++ {
		m := fmt.Sprintf("m%d", i-1)
		qs = append(qs, hide(formula(fmt.Sprintf("m%d", i), "["+m+","+m+","+m+","+m+"]")))
	}
	_, err := w.data(cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour), MetricDataQueries: append(qs, formula("e", "ABS(m40)"))})
	wantError(t, err, "ValidationError", "The expressions of this request make too many datapoints. Ask for a shorter time range or a longer period.")
}

func TestCheckAlarm(t *testing.T) {
	t.Parallel()
	good := []cloudwatch.MetricDataQuery{formula("e", "m1 / m2"), hide(query("m1", "Sum", 300)), hide(query("m2", "Sum", 300))}
	length, result, err := metric.CheckAlarm(account, good)
	if err != nil || length != 5*time.Minute || result.Id != "e" {
		t.Fatal(length, result, err)
	}
	w := four(t)
	w.must(w.db.View(t.Context(), func(tx store.Tx) error {
		qs := []cloudwatch.MetricDataQuery{formula("e", "FILL(m1, 0) * 2"), hide(query("m1", "Sum", 60))}
		// Periods count from the start, wherever it lies.
		start := base.Add(-time.Minute)
		got, err := metric.In(tx).Math(account, region, qs, base.Add(time.Hour), start, start.Add(3*time.Minute))
		if err != nil || len(got) != 3 || got[0].V != 0 || got[2].V != 4 || got[0].At != start.Unix() {
			t.Errorf("%v, %v", got, err)
		}
		return nil
	}))
	many := []cloudwatch.MetricDataQuery{formula("e", "SUM(METRICS())")}
	for i := range 11 {
		many = append(many, hide(query(fmt.Sprintf("m%d", i), "Sum", 60)))
	}
	for message, qs := range map[string][]cloudwatch.MetricDataQuery{
		"Exactly one element of the metrics list should return data.":                                     {query("m1", "Sum", 60), query("m2", "Sum", 60)},
		"Error in expression 'e': the result of an alarm must be a single time series":                    {formula("e", "METRICS()"), hide(query("m1", "Sum", 60))},
		"SEARCH is not supported on Metric Alarms.":                                                       {formula("e", "SUM(SEARCH('x', 'Sum', 60)) + m1"), hide(query("m1", "Sum", 60))},
		"The metrics list must not have more than 10 metrics.":                                            many,
		"Period must not be null":                                                                         {formula("e", "TIME_SERIES(1)")},
		"Metrics list contains different periods; an alarm needs the same period for all of its metrics.": {formula("e", "m1 + m2"), hide(query("m1", "Sum", 60)), hide(query("m2", "Sum", 120))},
	} {
		_, _, err := metric.CheckAlarm(account, qs)
		wantError(t, err, "ValidationError", message)
	}
}
