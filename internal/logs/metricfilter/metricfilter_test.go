package metricfilter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/metricfilter"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

type world struct {
	*logstest.World
	svc     *metricfilter.Service
	groups  *group.Service
	emitted []string
}

func newWorld(t testing.TB) *world {
	w := &world{World: logstest.New(t)}
	w.groups = &group.Service{Marks: w.Store, Tokens: w.Vault}
	w.svc = &metricfilter.Service{Tokens: w.Vault, Emit: w.emit, State: w.State, Clock: w, Log: slog.New(slog.DiscardHandler)}
	w.group("/a")
	return w
}

func (w *world) emit(_ store.Tx, account, region, namespace, name string, dims map[string]string, unit string, at time.Time, s series.Summary) error {
	w.emitted = append(w.emitted, fmt.Sprintf("%s/%s %s/%s %v %q %s n=%g sum=%g min=%g max=%g",
		account, region, namespace, name, dims, unit, at.Format("15:04"), s.Count, s.Sum, s.Min, s.Max))
	return nil
}

func (w *world) group(name string) {
	w.Must(func(c *op.Call) error {
		return w.groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: name})
	})
}

func filter(name, pattern, value string) *api.PutMetricFilterInput {
	return &api.PutMetricFilterInput{LogGroupName: "/a", FilterName: name, FilterPattern: pattern, MetricTransformations: []api.MetricTransformation{
		{MetricName: "m-" + name, MetricNamespace: "Own", MetricValue: value},
	}}
}

func (w *world) put(in *api.PutMetricFilterInput) error {
	_, err := w.Do(func(c *op.Call) error { return w.svc.PutMetricFilter(c, in) })
	return err
}

func (w *world) describe(in *api.DescribeMetricFiltersInput) (out *api.DescribeMetricFiltersOutput) {
	w.T.Helper()
	w.Must(func(c *op.Call) (err error) { out, err = w.svc.DescribeMetricFilters(c, in); return err })
	return out
}

func names(out *api.DescribeMetricFiltersOutput) string {
	var s []string
	for _, f := range out.MetricFilters {
		s = append(s, *f.LogGroupName+":"+*f.FilterName)
	}
	return strings.Join(s, " ")
}

func (w *world) events(after time.Duration, messages ...string) {
	w.T.Helper()
	var events []logs.Event
	for _, m := range messages {
		events = append(events, logs.Event{
			Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: "s",
			Time: w.Clock.Add(after).UnixMilli(), Ingested: w.MS(), Message: []byte(m),
		})
	}
	w.Settle(events, nil, w.svc.Settle)
}

func TestPutMetricFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := filter("f", " ", "1")
	in.MetricTransformations[0].DefaultValue = new(0.0)
	resources := w.Must(func(c *op.Call) error { return w.svc.PutMetricFilter(c, in) })
	if want := []string{"AWS::Logs::LogGroup arn:aws:logs:eu-west-1:111122223333:log-group:/a"}; !slices.Equal(resources, want) {
		t.Errorf("record names %v", resources)
	}
	f := w.describe(&api.DescribeMetricFiltersInput{LogGroupName: new("/a")}).MetricFilters[0]
	if *f.FilterPattern != " " || *f.CreationTime != w.MS() || *f.ApplyOnTransformedLogs || *f.MetricTransformations[0].DefaultValue != 0 ||
		f.MetricTransformations[0].Unit != nil || f.MetricTransformations[0].Dimensions != nil {
		t.Errorf("described as %+v", f)
	}
	if err := w.put(filter("f", "changed", "2")); err != nil {
		t.Fatal(err)
	}
	if f := w.describe(&api.DescribeMetricFiltersInput{}).MetricFilters; len(f) != 1 || *f[0].FilterPattern != "changed" {
		t.Errorf("after the change: %+v", f)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteMetricFilter(c, &api.DeleteMetricFilterInput{LogGroupName: "/a", FilterName: "f"})
	})
	_, err := w.Do(func(c *op.Call) error {
		return w.svc.DeleteMetricFilter(c, &api.DeleteMetricFilterInput{LogGroupName: "/a", FilterName: "f"})
	})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified metric filter does not exist.")
}

// Only groups of class STANDARD have metric filters, and subscription filters with a
// regular expression count too.
func TestPutMetricFilter_groups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		rare := &logs.Group{Account: logstest.Account, Region: logstest.Region, Name: "/rare", ID: "r", Class: "INFREQUENT_ACCESS"}
		if err := logs.Groups.Put(tx, rare); err != nil {
			return err
		}
		return logs.Subscriptions.Put(tx, &logs.Subscription{Account: logstest.Account, Region: logstest.Region, Group: "/a", Name: "s", Pattern: "%x%"})
	})
	in := filter("f", "", "1")
	in.LogGroupName = "/rare"
	logstest.Refused(t, w.put(in), "InvalidOperationException", "Metric filters are not supported for log groups of class INFREQUENT_ACCESS.")
	for i := range 4 {
		if err := w.put(filter(string(rune('a'+i)), "%x%", "1")); err != nil {
			t.Fatal(err)
		}
	}
	logstest.Refused(t, w.put(filter("e", "%x%", "1")), "LimitExceededException", "Resource limit exceeded.")
}

func TestPutMetricFilter_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		if err := w.put(filter(fmt.Sprint("r", i), "%x%", "1")); err != nil {
			t.Fatal(err)
		}
	}
	with := func(in *api.PutMetricFilterInput, edit func(*api.MetricTransformation)) *api.PutMetricFilterInput {
		edit(&in.MetricTransformations[0])
		return in
	}
	foreign := filter("f", "", "1")
	foreign.LogGroupName = "/none"
	for name, c := range map[string]struct {
		in            *api.PutMetricFilterInput
		code, message string
	}{
		"no group":           {foreign, "ResourceNotFoundException", "The specified log group does not exist."},
		"pattern":            {filter("f", "{ $.x = }", "1"), "InvalidParameterException", "Invalid metric filter pattern"},
		"value":              {filter("f", "x", "abc"), "InvalidParameterException", "Invalid metric transformation: invalid metric value 'abc'"},
		"value of no field":  {filter("f", "x", "$.a"), "InvalidParameterException", "Invalid metric transformation: invalid metric value '$.a'"},
		"regex no. 6":        {filter("f", "%x%", "1"), "LimitExceededException", "Resource limit exceeded."},
		"no regex is no. 6":  {filter("f", "x", "1"), "", ""},
		"replacing is no. 5": {filter("r1", "%y%", "1"), "", ""},
		"default and dimensions": {with(filter("f", "{ $.a = * }", "1"), func(t *api.MetricTransformation) {
			t.DefaultValue, t.Dimensions = new(0.0), map[string]string{"d": "$.a"}
		}), "InvalidParameterException", "Invalid metric transformation: dimensions and default value are mutually exclusive properties."},
		"dimension": {with(filter("f", "{ $.a = * }", "1"), func(t *api.MetricTransformation) { t.Dimensions = map[string]string{"d": "x"} }),
			"InvalidParameterException", "Invalid metric transformation: invalid dimension value 'x'"},
	} {
		err := w.put(c.in)
		t.Log(name)
		if c.code == "" {
			if err != nil {
				t.Errorf("refused: %v", err)
			}
			continue
		}
		logstest.Refused(t, err, c.code, c.message)
	}
}

func TestDescribeMetricFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.group("/b")
	for _, n := range []string{"two", "one", "three"} {
		if err := w.put(filter(n, "x", "1")); err != nil {
			t.Fatal(err)
		}
	}
	in := filter("two", "x", "1")
	in.LogGroupName = "/b"
	if err := w.put(in); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   api.DescribeMetricFiltersInput
		want string
	}{
		"all":              {api.DescribeMetricFiltersInput{}, "/a:one /a:three /a:two /b:two"},
		"group":            {api.DescribeMetricFiltersInput{LogGroupName: new("/a")}, "/a:one /a:three /a:two"},
		"prefix anywhere":  {api.DescribeMetricFiltersInput{FilterNamePrefix: new("tw")}, "/a:two /b:two"},
		"prefix in group":  {api.DescribeMetricFiltersInput{LogGroupName: new("/a"), FilterNamePrefix: new("t")}, "/a:three /a:two"},
		"metric":           {api.DescribeMetricFiltersInput{MetricName: new("m-two"), MetricNamespace: new("Own")}, "/a:two /b:two"},
		"metric and group": {api.DescribeMetricFiltersInput{MetricName: new("m-two"), MetricNamespace: new("Own"), LogGroupName: new("/b")}, "/b:two"},
		"no metric":        {api.DescribeMetricFiltersInput{MetricName: new("m"), MetricNamespace: new("Own")}, ""},
	} {
		if got := names(w.describe(&c.in)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		in := c.in
		in.Limit = new(int64(1))
		var pages []string
		for {
			out := w.describe(&in)
			if s := names(out); s != "" {
				pages = append(pages, s)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if got := strings.Join(pages, " "); got != c.want {
			t.Errorf("%s in pages: %q, want %q", name, got, c.want)
		}
	}
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.DescribeMetricFilters(c, &api.DescribeMetricFiltersInput{NextToken: new("x")})
		return err
	})
	logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
}

func TestTestMetricFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var out *api.TestMetricFilterOutput
	w.Must(func(c *op.Call) (err error) {
		out, err = w.svc.TestMetricFilter(c, &api.TestMetricFilterInput{FilterPattern: "[..., status_code=200, size]", LogEventMessages: []string{
			"nothing", `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /a HTTP/1.0" 200 1534`,
		}})
		return err
	})
	if len(out.Matches) != 1 || *out.Matches[0].EventNumber != 1 || out.Matches[0].ExtractedValues["$status_code"] != "200" || out.Matches[0].ExtractedValues["$5"] != "GET /a HTTP/1.0" {
		t.Errorf("matches %+v", out.Matches)
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	const head = "111122223333/eu-west-1 Own/"
	for name, c := range map[string]struct {
		filter *api.PutMetricFilterInput
		edit   func(*api.MetricTransformation)
		events []string
		want   []string
	}{
		"counts in one summary": {filter("f", "ERROR", "1"), nil, []string{"ERROR 1", "ok", "ERROR 2"},
			[]string{head + `m-f map[] "" 12:00 n=2 sum=2 min=1 max=1`}},
		"value of a field": {filter("f", "{ $.ms = * }", "$.ms"), func(t *api.MetricTransformation) { t.Unit = new("Milliseconds") },
			[]string{`{"ms":5}`, `{"ms":"x"}`, `{"ms":20.5}`, `{}`}, []string{head + `m-f map[] "Milliseconds" 12:00 n=2 sum=25.5 min=5 max=20.5`}},
		"value by position": {filter("f", "[a, b, n]", "$n"), nil, []string{"x y 3"}, []string{head + `m-f map[] "" 12:00 n=1 sum=3 min=3 max=3`}},
		"dimensions": {filter("f", "{ $.e = * }", "1"), func(t *api.MetricTransformation) { t.Dimensions = map[string]string{"Name": "$.e"} },
			[]string{`{"e":"a"}`, `{"e":"b"}`, `{"e":"a"}`}, []string{
				head + `m-f map[Name:a] "" 12:00 n=2 sum=2 min=1 max=1`, head + `m-f map[Name:b] "" 12:00 n=1 sum=1 min=1 max=1`,
			}},
		"no match": {filter("f", "ERROR", "1"), nil, []string{"ok"}, nil},
	} {
		w := newWorld(t)
		if c.edit != nil {
			c.edit(&c.filter.MetricTransformations[0])
		}
		if err := w.put(c.filter); err != nil {
			t.Fatal(name, err)
		}
		w.events(0, c.events...)
		if !slices.Equal(w.emitted, c.want) {
			t.Errorf("%s: emitted\n%s\nwant\n%s", name, strings.Join(w.emitted, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestSettle_followsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.events(0, "ERROR") // before the filter
	if err := w.put(filter("f", "ERROR", "1")); err != nil {
		t.Fatal(err)
	}
	w.events(0, "WARN")
	if err := w.put(filter("f", "WARN", "7")); err != nil {
		t.Fatal(err)
	}
	w.events(0, "WARN", "ERROR")
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteMetricFilter(c, &api.DeleteMetricFilterInput{LogGroupName: "/a", FilterName: "f"})
	})
	w.events(0, "WARN")
	if len(w.emitted) != 1 || !strings.Contains(w.emitted[0], "n=1 sum=7") {
		t.Errorf("emitted %v", w.emitted)
	}
}

func TestSettle_minutesAndSystemFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := filter("f", "", "1")
	in.EmitSystemFieldDimensions = []string{"@aws.account", "@aws.region"}
	if err := w.put(in); err != nil {
		t.Fatal(err)
	}
	var events []logs.Event
	for _, after := range []time.Duration{0, 59 * time.Second, time.Minute} {
		events = append(events, logs.Event{
			Account: logstest.Account, Region: logstest.Region, Group: "/a", Time: w.Clock.Add(after).UnixMilli(), Ingested: w.MS(), Message: []byte("x"),
		})
	}
	w.Settle(events, nil, w.svc.Settle)
	dims := "map[@aws.account:111122223333 @aws.region:eu-west-1]"
	want := []string{
		"111122223333/eu-west-1 Own/m-f " + dims + ` "" 12:00 n=2 sum=2 min=1 max=1`,
		"111122223333/eu-west-1 Own/m-f " + dims + ` "" 12:01 n=1 sum=1 min=1 max=1`,
	}
	if !slices.Equal(w.emitted, want) {
		t.Errorf("emitted %q", w.emitted)
	}
}

func TestSettle_boundsSeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := filter("f", "{ $.e = * }", "1")
	in.MetricTransformations[0].Dimensions = map[string]string{"e": "$.e"}
	if err := w.put(in); err != nil {
		t.Fatal(err)
	}
	var messages []string
	for i := range 1500 {
		messages = append(messages, fmt.Sprintf(`{"e":"v%d"}`, i))
	}
	w.events(0, messages...)
	if len(w.emitted) != 1000 {
		t.Errorf("%d series of one batch", len(w.emitted))
	}
}

func TestDefaultValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := filter("f", "ERROR", "1")
	in.MetricTransformations[0].DefaultValue = new(0.0)
	if err := w.put(in); err != nil {
		t.Fatal(err)
	}
	w.events(0, "ok")
	w.events(0, "ok")
	w.events(time.Minute, "ok")
	w.events(time.Minute, "ERROR") // another batch of the same minute matches
	w.emitted = nil
	w.Clock = w.Clock.Add(74 * time.Second)
	w.Settle(nil, nil, w.svc.Settle)
	if len(w.emitted) != 0 {
		t.Errorf("too early: %v", w.emitted)
	}
	w.Clock = w.Clock.Add(time.Second)
	w.Settle(nil, nil, w.svc.Settle)
	w.Clock = w.Clock.Add(time.Hour) // no events, no default value
	w.Settle(nil, nil, w.svc.Settle)
	want := []string{`111122223333/eu-west-1 Own/m-f map[] "" 12:00 n=1 sum=0 min=0 max=0`}
	if !slices.Equal(w.emitted, want) {
		t.Errorf("emitted %v, want %v", w.emitted, want)
	}
}

func TestRun_closesMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		in := filter("f", "ERROR", "1")
		in.MetricTransformations[0].DefaultValue = new(3.0)
		if err := w.put(in); err != nil {
			t.Fatal(err)
		}
		w.events(0, "ok")
		w.Clock = w.Clock.Add(2 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		if err := w.svc.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run: %v", err)
		}
		if len(w.emitted) != 1 || !strings.Contains(w.emitted[0], "sum=3") {
			t.Errorf("emitted %v", w.emitted)
		}
	})
}
