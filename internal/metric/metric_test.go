package metric_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	region  = "us-east-1"
)

var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type world struct {
	t   *testing.T
	db  *mem.DB
	now time.Time
	s   *metric.Service
}

func open(t *testing.T) *world {
	t.Helper()
	return &world{t: t, db: mem.New(), now: base, s: metric.New(metric.Deps{Tokens: secret.NewVault(secret.GenerateMasterKey())})}
}

// call runs fn as an operation would be run.
func (w *world) call(fn func(c *op.Call) error) error {
	return w.db.Update(w.t.Context(), func(tx store.Tx) error {
		return fn(&op.Call{Context: w.t.Context(), Now: w.now, Account: account, Region: region, Tx: tx, Record: &audit.Builder{}})
	})
}

func (w *world) put(data ...cloudwatch.MetricDatum) error {
	return w.call(func(c *op.Call) error {
		return w.s.PutMetricData(c, &cloudwatch.PutMetricDataInput{Namespace: "App", MetricData: data})
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fold() {
	w.t.Helper()
	w.must((&metric.Keeper{State: w.db, Log: slog.New(slog.DiscardHandler)}).FoldAll(w.t.Context()))
}

func (w *world) statistics(in cloudwatch.GetMetricStatisticsInput) ([]cloudwatch.Datapoint, error) {
	in.Namespace, in.MetricName = "App", "m"
	var out *cloudwatch.GetMetricStatisticsOutput
	err := w.call(func(c *op.Call) (err error) {
		out, err = w.s.GetMetricStatistics(c, &in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Datapoints, nil
}

func datum(at time.Time, v float64) cloudwatch.MetricDatum {
	return cloudwatch.MetricDatum{MetricName: "m", Timestamp: &at, Value: &v}
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

func TestPutMetricData_refusals(t *testing.T) {
	t.Parallel()
	one := 1.0
	many := make([]float64, 151)
	for name, c := range map[string]struct {
		datum         cloudwatch.MetricDatum
		code, message string
	}{
		"value and values": {cloudwatch.MetricDatum{Value: &one, Values: []float64{1}}, "InvalidParameterCombinationException",
			"The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both."},
		"value and set": {cloudwatch.MetricDatum{Value: &one, StatisticValues: &cloudwatch.StatisticSet{}}, "InvalidParameterCombinationException",
			"The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both."},
		"counts of another size": {cloudwatch.MetricDatum{Values: []float64{1, 2}, Counts: []float64{1}}, "InvalidParameterValueException",
			"The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size."},
		"no number": {cloudwatch.MetricDatum{Value: new(math.NaN())}, "InvalidParameterValueException",
			"The value NaN for parameter MetricData.member.1.Value is invalid."},
		"too many values": {cloudwatch.MetricDatum{Values: many}, "InvalidParameterValueException",
			"The collection MetricData.member.1.Values must not have a size greater than 150."},
		"too old": {cloudwatch.MetricDatum{Value: &one, Timestamp: new(base.Add(-15 * 24 * time.Hour))}, "InvalidParameterValueException",
			"The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks."},
		"too new": {cloudwatch.MetricDatum{Value: &one, Timestamp: new(base.Add(3 * time.Hour))}, "InvalidParameterValueException",
			"The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future."},
		"resolution": {cloudwatch.MetricDatum{Value: &one, StorageResolution: new(int64(5))}, "InvalidParameterValueException",
			"The parameter MetricData.member.1.StorageResolution must be either 1 or 60."},
		"negative count": {cloudwatch.MetricDatum{Values: []float64{1}, Counts: []float64{-2}}, "InvalidParameterValueException",
			"The value -2 for parameter MetricData.member.1.Counts.member.1 is invalid."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			c.datum.MetricName = "m"
			wantError(t, w.put(c.datum), c.code, c.message)
			got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base.Add(-time.Hour), EndTime: base.Add(time.Hour), Period: 60, Statistics: []string{"Sum"}})
			if err != nil || len(got) != 0 {
				t.Errorf("a refused datum was kept: %v, %v", got, err)
			}
		})
	}
	w := open(t)
	wantError(t, w.call(func(c *op.Call) error {
		return w.s.PutMetricData(c, &cloudwatch.PutMetricDataInput{Namespace: "AWS/Cognito", MetricData: []cloudwatch.MetricDatum{datum(base, 1)}})
	}), "InvalidParameterValueException", "The value AWS/ for parameter Namespace is invalid.")
}

// TestGetMetricStatistics reads the same before and after folding, and with half of it folded.
func TestGetMetricStatistics(t *testing.T) {
	t.Parallel()
	for _, folds := range []string{"", "end", "middle", "both"} {
		t.Run("folded "+folds, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			for i := range 10 {
				w.must(w.put(datum(base.Add(time.Duration(i)*30*time.Second), float64(i+1))))
				if i == 5 && (folds == "middle" || folds == "both") {
					w.fold()
				}
			}
			w.must(w.put(cloudwatch.MetricDatum{MetricName: "m", Timestamp: new(base), Values: []float64{10, 20}, Counts: []float64{2, 0}, StatisticValues: &cloudwatch.StatisticSet{SampleCount: 1, Sum: 5, Minimum: 5, Maximum: 5}}))
			if folds == "end" || folds == "both" {
				w.fold()
			}
			w.now = base.Add(time.Hour)
			got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{
				StartTime: base, EndTime: base.Add(5 * time.Minute), Period: 60,
				Statistics: []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}, ExtendedStatistics: []string{"p50"},
			})
			w.must(err)
			if len(got) != 5 {
				t.Fatalf("%d points", len(got))
			}
			p := got[0]
			if *p.SampleCount != 5 || *p.Sum != 1+2+20+5 || *p.Minimum != 1 || *p.Maximum != 10 || *p.Average != 28.0/5 || p.ExtendedStatistics["p50"] != 5 || *p.Unit != "None" {
				t.Errorf("first minute: %+v", p)
			}
			if p := got[4]; *p.Sum != 19 || !p.Timestamp.Equal(base.Add(4*time.Minute)) {
				t.Errorf("last minute: %v %v", *p.Sum, p.Timestamp)
			}
			for _, c := range []struct {
				start  time.Time
				period int64
				want   string
			}{
				{base, 300, "12:00 80"}, {base, 3600, "12:00 80"},
				{base.Add(time.Minute), 120, "12:01 18 12:03 34"}, // periods count from the start
				{base.Add(90 * time.Second), 120, "12:01 18 12:03 34"},
			} {
				got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: c.start, EndTime: base.Add(time.Hour), Period: c.period, Statistics: []string{"Sum"}})
				w.must(err)
				var text []string
				for _, p := range got {
					text = append(text, fmt.Sprint(p.Timestamp.Format("15:04"), " ", *p.Sum))
				}
				if s := strings.Join(text, " "); s != c.want {
					t.Errorf("period %d from %v: %q, want %q", c.period, c.start.Format("15:04:05"), s, c.want)
				}
			}
		})
	}
}

func TestGetMetricStatistics_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base.Add(24 * time.Hour), Period: 1, Statistics: []string{"Sum"}})
	wantError(t, err, "InvalidParameterCombinationException", "You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.")
	_, err = w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base.Add(1441 * time.Minute), Period: 60, Statistics: []string{"Sum"}})
	wantError(t, err, "InvalidParameterCombinationException", "You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.")
	_, err = w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base, Period: 60, Statistics: []string{"Sum"}})
	wantError(t, err, "InvalidParameterValueException", "The parameter StartTime must be less than the parameter EndTime.")
	if got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base.Add(1440 * time.Minute), Period: 60, Statistics: []string{"Sum"}}); err != nil || got == nil || len(got) != 0 {
		t.Errorf("1440 points of nothing: %v, %v", got, err)
	}
}

func TestPutMetricData_highResolution(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 20 {
		d := datum(base.Add(time.Duration(i)*time.Second), 1)
		d.StorageResolution = new(int64(1))
		w.must(w.put(d))
	}
	w.must(w.put(datum(base, 100))) // of standard resolution: only minutes show it
	w.now = base.Add(time.Minute)
	for range 2 {
		for period, want := range map[int64][]float64{10: {10, 10}, 5: {5, 5, 5, 5}, 60: {120}} {
			got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base.Add(time.Minute), Period: period, Statistics: []string{"Sum"}})
			w.must(err)
			var sums []float64
			for _, p := range got {
				sums = append(sums, *p.Sum)
			}
			if !slices.Equal(sums, want) {
				t.Errorf("period %d: %v, want %v", period, sums, want)
			}
		}
		w.fold()
	}
}

func (w *world) data(in cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	var out *cloudwatch.GetMetricDataOutput
	err := w.call(func(c *op.Call) (err error) {
		out, err = w.s.GetMetricData(c, &in)
		return err
	})
	return out, err
}

func query(id, stat string, period int64) cloudwatch.MetricDataQuery {
	return cloudwatch.MetricDataQuery{Id: id, MetricStat: &cloudwatch.MetricStat{
		Metric: &cloudwatch.Metric{Namespace: new("App"), MetricName: new("m")}, Period: period, Stat: stat,
	}}
}

func TestGetMetricData(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 4 {
		w.must(w.put(datum(base.Add(time.Duration(i)*time.Minute), float64(i))))
	}
	w.now = base.Add(time.Hour)
	hidden := query("c", "Sum", 60)
	hidden.ReturnData = new(false)
	in := cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour), MetricDataQueries: []cloudwatch.MetricDataQuery{query("a", "Sum", 60), query("b", "Minimum", 120), hidden}}
	out, err := w.data(in)
	w.must(err)
	if len(out.MetricDataResults) != 2 || out.Messages == nil || out.NextToken != nil {
		t.Fatalf("%+v", out)
	}
	a, b := out.MetricDataResults[0], out.MetricDataResults[1]
	if *a.Label != "m Sum 60" || *b.Label != "m Minimum 120" || *a.StatusCode != "Complete" {
		t.Errorf("labels %q, %q", *a.Label, *b.Label)
	}
	if !slices.Equal(a.Values, []float64{3, 2, 1, 0}) || !slices.Equal(b.Values, []float64{2, 0}) || !a.Timestamps[3].Equal(base) {
		t.Errorf("%v %v", a.Values, b.Values)
	}

	// In pages, rising, the same comes out.
	in.ScanBy, in.MaxDatapoints = new("TimestampAscending"), new(int64(3))
	got := map[string][]float64{}
	for pages := 0; ; pages++ {
		out, err := w.data(in)
		w.must(err)
		for _, r := range out.MetricDataResults {
			got[*r.Id] = append(got[*r.Id], r.Values...)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			if pages != 1 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if !slices.Equal(got["a"], []float64{0, 1, 2, 3}) || !slices.Equal(got["b"], []float64{0, 2}) {
		t.Errorf("%v", got)
	}
	in.NextToken = new("forged")
	if _, err := w.data(in); err == nil {
		t.Error("a forged token is accepted")
	}
}

func TestGetMetricData_units(t *testing.T) {
	t.Parallel()
	w := open(t)
	for unit, v := range map[string]float64{"Seconds": 1, "Count": 2, "Milliseconds": 3} {
		d := datum(base, v)
		d.Unit = &unit
		w.must(w.put(d))
	}
	w.now = base.Add(time.Minute)
	in := cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour), MetricDataQueries: []cloudwatch.MetricDataQuery{query("a", "Sum", 60)}}
	out, err := w.data(in)
	w.must(err)
	r := out.MetricDataResults[0]
	if len(r.Values) != 1 || *r.Messages[0].Code != "MultipleUnits" || *r.Messages[0].Value != "Multiple units returned: '[Count, Milliseconds, Seconds]'" || *r.Label != "m" {
		t.Errorf("%+v", r)
	}
	in.MetricDataQueries[0].MetricStat.Unit = new("Bytes")
	out, err = w.data(in)
	w.must(err)
	if r := out.MetricDataResults[0]; r.Values == nil || len(r.Values) != 0 || len(r.Messages) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestGetMetricData_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	range1 := cloudwatch.GetMetricDataInput{StartTime: base, EndTime: base.Add(time.Hour)}
	range1.MetricDataQueries = []cloudwatch.MetricDataQuery{{Id: "e", Expression: new("m1*2")}}
	_, err := w.data(range1)
	wantError(t, err, "ValidationError", `Error in expression 'e': unknown metric id "m1"`)
	range1.MetricDataQueries = []cloudwatch.MetricDataQuery{query("a", "Sum", 60), query("a", "Sum", 60)}
	_, err = w.data(range1)
	wantError(t, err, "ValidationError", "The values for parameter id in MetricDataQueries are not unique.")
	range1.EndTime = base
	_, err = w.data(range1)
	wantError(t, err, "InvalidParameterValueException", "The parameter StartTime must be less than the parameter EndTime.")
}

func (w *world) list(in cloudwatch.ListMetricsInput) ([]string, *string) {
	w.t.Helper()
	var names []string
	var next *string
	w.must(w.call(func(c *op.Call) error {
		out, err := w.s.ListMetrics(c, &in)
		if err != nil {
			return err
		}
		next = out.NextToken
		for _, m := range out.Metrics {
			name := *m.Namespace + "/" + *m.MetricName
			for _, d := range m.Dimensions {
				name += " " + d.Name + "=" + d.Value
			}
			names = append(names, name)
		}
		return nil
	}))
	return names, next
}

func TestListMetrics(t *testing.T) {
	t.Parallel()
	w := open(t)
	d := datum(base, 1)
	d.Dimensions = []cloudwatch.Dimension{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}
	w.must(w.put(datum(base, 1), d, cloudwatch.MetricDatum{MetricName: "n", Value: new(1.0)}))
	w.must(w.call(func(c *op.Call) error {
		return metric.Add(c.Tx, account, region, "AWS/Cognito", "SignUpSuccesses", map[string]string{"UserPool": "p"}, "Count", c.Now, 1)
	}))
	w.must(w.call(func(c *op.Call) error { // another tenant's
		return metric.Add(c.Tx, "999999999999", region, "App", "secret", nil, "", c.Now, 1)
	}))
	for _, c := range []struct {
		name string
		in   cloudwatch.ListMetricsInput
		want []string
	}{
		{"all", cloudwatch.ListMetricsInput{}, []string{"AWS/Cognito/SignUpSuccesses UserPool=p", "App/m", "App/m a=1 b=2", "App/n"}},
		{"namespace", cloudwatch.ListMetricsInput{Namespace: new("AWS/Cognito")}, []string{"AWS/Cognito/SignUpSuccesses UserPool=p"}},
		{"name alone", cloudwatch.ListMetricsInput{MetricName: new("n")}, []string{"App/n"}},
		{"dimension", cloudwatch.ListMetricsInput{Dimensions: []cloudwatch.DimensionFilter{{Name: "a"}}}, []string{"App/m a=1 b=2"}},
		{"dimension with another value", cloudwatch.ListMetricsInput{Dimensions: []cloudwatch.DimensionFilter{{Name: "a", Value: new("2")}}}, nil},
		{"recent", cloudwatch.ListMetricsInput{Namespace: new("App"), MetricName: new("n"), RecentlyActive: new("PT3H")}, []string{"App/n"}},
	} {
		for range 2 { // before and after folding
			got, next := w.list(c.in)
			slices.Sort(got)
			if !slices.Equal(got, c.want) || next != nil {
				t.Errorf("%s: %q", c.name, got)
			}
			w.fold()
		}
	}
	w.now = base.Add(4 * time.Hour)
	if got, _ := w.list(cloudwatch.ListMetricsInput{RecentlyActive: new("PT3H")}); len(got) != 0 {
		t.Errorf("recent after four hours: %q", got)
	}
	w.now = base.Add(15 * 24 * time.Hour)
	if got, _ := w.list(cloudwatch.ListMetricsInput{}); len(got) != 0 {
		t.Errorf("after two weeks: %q", got)
	}
}

func TestListMetrics_pages(t *testing.T) {
	t.Parallel()
	w := open(t)
	var data []cloudwatch.MetricDatum
	for i := range 501 {
		data = append(data, cloudwatch.MetricDatum{MetricName: fmt.Sprint("m", i), Value: new(1.0)})
	}
	w.must(w.put(data...))
	first, next := w.list(cloudwatch.ListMetricsInput{})
	if len(first) != 500 || next == nil {
		t.Fatal(len(first))
	}
	second, end := w.list(cloudwatch.ListMetricsInput{NextToken: next})
	if len(second) != 1 || end != nil || slices.Contains(first, second[0]) {
		t.Errorf("second page %q", second)
	}
}

// TestKeeper lives through the retentions of a metric.
func TestKeeper(t *testing.T) {
	t.Parallel()
	w := open(t)
	d := datum(base, 7)
	d.StorageResolution = new(int64(1))
	w.must(w.put(d))
	w.fold()
	age := func(after time.Duration, period int64) int {
		w.t.Helper()
		w.now = base.Add(after)
		k := &metric.Keeper{State: w.db, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now }}
		w.must(k.SweepAll(t.Context()))
		got, err := w.statistics(cloudwatch.GetMetricStatisticsInput{StartTime: base, EndTime: base.Add(time.Duration(period) * time.Second), Period: period, Statistics: []string{"Sum"}})
		w.must(err)
		return len(got)
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		after  time.Duration
		period int64
		want   int
	}{
		{time.Hour, 10, 1}, {4 * time.Hour, 10, 0}, {4 * time.Hour, 60, 1}, {14 * day, 60, 1}, {16 * day, 60, 0}, {16 * day, 300, 1},
		{64 * day, 300, 0}, {64 * day, 3600, 1}, {454 * day, 3600, 1}, {457 * day, 3600, 0},
	} {
		if got := age(c.after, c.period); got != c.want {
			t.Errorf("period %d after %v: %d points, want %d", c.period, c.after, got, c.want)
		}
	}
	rows := 0
	w.must(w.db.View(t.Context(), func(tx store.Tx) error {
		for _, space := range []string{"metric", "metric.last", "metric.delta", "metric.bucket"} {
			for range tx.Scan(space, nil, nil, false) {
				rows++
			}
		}
		return nil
	}))
	if rows != 0 {
		t.Errorf("%d rows are left of a forgotten metric", rows)
	}
}

// TestKeeper_Run folds by itself while values arrive, and counts each once.
func TestKeeper_Run(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		ctx, cancel := context.WithCancel(t.Context())
		k := &metric.Keeper{State: db, Log: slog.New(slog.DiscardHandler)}
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		start := time.Now()
		read := func() (sum float64, waiting int) {
			err := db.View(ctx, func(tx store.Tx) error {
				streams, err := metric.Read(tx, metric.Query{Account: account, Region: region, Namespace: "App", Name: "m", Start: series.Floor(start, time.Hour), End: time.Now().Add(time.Hour), Period: time.Hour})
				for _, s := range streams {
					for _, b := range s.Buckets {
						sum += b.Summary.Sum
					}
				}
				for range tx.Scan("metric.delta", nil, nil, false) {
					waiting++
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return sum, waiting
		}
		for i := range 3000 {
			if err := db.Update(ctx, func(tx store.Tx) error {
				return metric.Add(tx, account, region, "App", "m", nil, "", time.Now(), 1)
			}); err != nil {
				t.Fatal(err)
			}
			if i%100 == 0 {
				time.Sleep(300 * time.Millisecond)
				if sum, _ := read(); sum != float64(i+1) {
					t.Fatalf("sum %v after %d values", sum, i+1)
				}
			}
		}
		time.Sleep(2 * time.Second)
		if sum, waiting := read(); sum != 3000 || waiting != 0 {
			t.Errorf("sum %v, %d rows not folded", sum, waiting)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestReader joins units for an alarm that names none, in periods that slide.
func TestReader(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i, unit := range []string{"Count", "Seconds", "Count"} {
		d := datum(base.Add(time.Duration(i)*time.Minute), float64(i+1))
		d.Unit = &unit
		w.must(w.put(d))
	}
	for range 2 {
		for unit, want := range map[string][]float64{"": {1, 5}, "Count": {1, 3}, "Seconds": {2}, "Bytes": nil} {
			w.must(w.db.View(t.Context(), func(tx store.Tx) error {
				start := base.Add(-time.Minute)
				bs, err := metric.In(tx).Points(account, region, "App", "m", nil, unit, start, base.Add(10*time.Minute), 2*time.Minute)
				var sums []float64
				for i, b := range bs {
					sums = append(sums, b.Summary.Sum)
					if i == 0 && unit != "Seconds" && !b.Start.Equal(start) {
						t.Errorf("first period at %v", b.Start)
					}
				}
				if !slices.Equal(sums, want) {
					t.Errorf("unit %q: %v, want %v", unit, sums, want)
				}
				return err
			}))
		}
		w.fold()
	}
}

// A window that begins within a minute once found no values of minute resolution.
func TestReader_windowWithinAMinute(t *testing.T) {
	t.Parallel()
	db := mem.New()
	at := time.Date(2026, 3, 2, 10, 53, 0, 0, time.UTC)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		return metric.Add(tx, "111122223333", "us-east-1", "Demo", "Failed", nil, "", at, 8)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx store.Tx) error {
		end := at.Add(14 * time.Second)
		points, err := metric.In(tx).Points("111122223333", "us-east-1", "Demo", "Failed", nil, "", end.Add(-3*time.Minute), end, time.Minute)
		if err == nil && (len(points) != 1 || points[0].Summary.Count != 1) {
			t.Errorf("points %+v", points)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
