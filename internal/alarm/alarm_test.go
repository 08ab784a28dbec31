package alarm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account  = "111122223333"
	region   = "us-east-1"
	topicARN = "arn:aws:sns:us-east-1:111122223333:alerts"
)

// fakeTopics remembers what was published; refusal is the answer of Check.
type fakeTopics struct {
	published []string
	refusal   error
	failure   error
}

func (f *fakeTopics) Check(_ store.Tx, _, _, _, _ string) error { return f.refusal }

func (f *fakeTopics) Publish(_ store.Tx, _ time.Time, arn, subject, message string) error {
	if f.failure != nil {
		return f.failure
	}
	f.published = append(f.published, arn+"\n"+subject+"\n"+message)
	return nil
}

type world struct {
	t      *testing.T
	db     *mem.DB
	s      *alarm.Service
	e      *alarm.Evaluator
	topics *fakeTopics
}

func tokens() alarm.Tokens { return secret.NewVault(secret.GenerateMasterKey()) }

func open(t *testing.T) *world {
	w := &world{t: t, db: mem.New(), topics: &fakeTopics{}}
	w.s = alarm.New(alarm.Deps{Tokens: tokens()})
	w.e = &alarm.Evaluator{State: w.db, Metrics: values(), Log: slog.New(slog.DiscardHandler)}
	return w
}

// values are those of the metric service, as a process that has just begun reads them.
func values() func(store.Tx, bool) alarm.Values {
	recent := &metric.Recent{}
	return func(tx store.Tx, snapshot bool) alarm.Values {
		if snapshot {
			return recent.In(tx)
		}
		return metric.In(tx)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) call(fn func(c *op.Call) error) error {
	return w.db.Update(w.t.Context(), func(tx store.Tx) error {
		return fn(&op.Call{Context: w.t.Context(), Now: time.Now(), Account: account, Region: region, Tx: tx, Record: &audit.Builder{}})
	})
}

func input(name string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: name, MetricName: new("m"), Namespace: new("App"), Statistic: new("Sum"), Period: new(int64(60)), EvaluationPeriods: new(int64(1)),
		Threshold: new(1.0), ComparisonOperator: new("GreaterThanOrEqualToThreshold"), AlarmActions: []string{topicARN},
	}
}

func (w *world) put(in *cloudwatch.PutMetricAlarmInput) error {
	return w.call(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) })
}

func (w *world) describe(in cloudwatch.DescribeAlarmsInput) *cloudwatch.DescribeAlarmsOutput {
	w.t.Helper()
	var out *cloudwatch.DescribeAlarmsOutput
	w.must(w.call(func(c *op.Call) (err error) {
		out, err = w.s.DescribeAlarms(c, &in)
		return err
	}))
	return out
}

func (w *world) alarm(name string) cloudwatch.MetricAlarm {
	w.t.Helper()
	out := w.describe(cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if len(out.MetricAlarms) != 1 {
		w.t.Fatalf("%d alarms named %s", len(out.MetricAlarms), name)
	}
	return out.MetricAlarms[0]
}

func (w *world) add(at time.Time, v float64) {
	w.t.Helper()
	w.must(w.call(func(c *op.Call) error { return metric.Add(c.Tx, account, region, "App", "m", nil, "Count", at, v) }))
}

func (w *world) history(in cloudwatch.DescribeAlarmHistoryInput) []string {
	w.t.Helper()
	var out []string
	for {
		var next *string
		w.must(w.call(func(c *op.Call) error {
			h, err := w.s.DescribeAlarmHistory(c, &in)
			if err != nil {
				return err
			}
			for _, i := range h.AlarmHistoryItems {
				out = append(out, *i.HistorySummary)
			}
			next = h.NextToken
			return nil
		}))
		if in.NextToken = next; next == nil {
			return out
		}
	}
}

// jobs lists the waiting jobs.
func (w *world) jobs() []job.Job {
	w.t.Helper()
	var out []job.Job
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			var j job.Job
			if err := errors.Join(err, json.Unmarshal(kv.Value, &j)); err != nil {
				return err
			}
			out = append(out, j)
		}
		return nil
	}))
	return out
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

func TestPutMetricAlarm(t *testing.T) {
	t.Parallel()
	w := open(t)
	in := input("a")
	in.Tags = []cloudwatch.Tag{{Key: "team", Value: "blue"}}
	w.must(w.put(in))
	a := w.alarm("a")
	if *a.AlarmArn != "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a" || *a.StateValue != "INSUFFICIENT_DATA" || *a.StateReason != "Unchecked: Initial alarm creation" ||
		a.StateReasonData != nil || a.DatapointsToAlarm != nil || a.TreatMissingData != nil || a.AlarmDescription != nil || !*a.ActionsEnabled ||
		a.OKActions == nil || a.Dimensions == nil || *a.Threshold != 1 {
		t.Errorf("fresh alarm: %+v", a)
	}
	w.must(w.call(func(c *op.Call) error {
		return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: "a", StateValue: "ALARM", StateReason: "test"})
	}))
	in = input("a")
	in.Threshold, in.Tags = new(5.0), []cloudwatch.Tag{{Key: "team", Value: "red"}}
	w.must(w.put(in))
	a = w.alarm("a")
	if *a.StateValue != "ALARM" || *a.Threshold != 5 {
		t.Errorf("an update must keep the state: %+v", a)
	}
	w.must(w.call(func(c *op.Call) error {
		out, err := w.s.ListTagsForResource(c, &cloudwatch.ListTagsForResourceInput{ResourceARN: *a.AlarmArn})
		if err == nil && (len(out.Tags) != 1 || out.Tags[0].Value != "blue") {
			t.Errorf("an update must not change tags: %v", out.Tags)
		}
		return err
	}))
	got := w.history(cloudwatch.DescribeAlarmHistoryInput{ScanBy: new("TimestampAscending")})
	want := []string{`Alarm "a" created`, "Alarm updated from INSUFFICIENT_DATA to ALARM", `Alarm "a" updated`}
	if !slices.Equal(got, want) {
		t.Errorf("history %q", got)
	}
}

func TestPutMetricAlarm_refusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(*cloudwatch.PutMetricAlarmInput)
		code, message string
	}{
		"period": {func(in *cloudwatch.PutMetricAlarmInput) { in.Period = new(int64(45)) }, "ValidationError", "Period must be 10, 20, 30 or a multiple of 60."},
		"more than a day": {func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = new(int64(1441)) }, "ValidationError",
			"Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."},
		"more than a week": {func(in *cloudwatch.PutMetricAlarmInput) {
			in.Period, in.EvaluationPeriods = new(int64(86400)), new(int64(8))
		}, "ValidationError",
			"Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800)."},
		"datapoints": {func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = new(int64(2)) }, "ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods."},
		"action":     {func(in *cloudwatch.PutMetricAlarmInput) { in.OKActions = []string{"x"} }, "ValidationError", "Invalid arn syntax: x"},
		"math and a metric": {func(in *cloudwatch.PutMetricAlarmInput) { in.Metrics = make([]cloudwatch.MetricDataQuery, 1) }, "ValidationError",
			"MetricName should not be set if list of Metrics is set."},
		"band": {func(in *cloudwatch.PutMetricAlarmInput) { in.ComparisonOperator = new("GreaterThanUpperThreshold") }, "ValidationError",
			"Anomaly detection alarms are not supported by this server."},
		"two statistics": {func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = new("p90") }, "InvalidParameterCombinationException",
			"The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both."},
		"no threshold": {func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }, "MissingRequiredParameterException", "The parameter Threshold is required."},
		"missing data": {func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = new("x") }, "ValidationError", "The value x for parameter TreatMissingData is not supported."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			in := input("a")
			c.change(in)
			wantError(t, w.put(in), c.code, c.message)
			if n := len(w.describe(cloudwatch.DescribeAlarmsInput{}).MetricAlarms); n != 0 {
				t.Error("a refused alarm was kept")
			}
		})
	}
}

func TestDescribeAlarms(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, n := range []string{"b1", "a1", "a", "a2", "c"} {
		in := input(n)
		if n == "c" {
			in.AlarmActions, in.OKActions = nil, []string{"arn:aws:lambda:us-east-1:111122223333:function:f"}
		}
		w.must(w.put(in))
	}
	w.must(w.call(func(c *op.Call) error {
		return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: "a2", StateValue: "OK", StateReason: "x"})
	}))
	for _, c := range []struct {
		name string
		in   cloudwatch.DescribeAlarmsInput
		want string
	}{
		{"all", cloudwatch.DescribeAlarmsInput{}, "a a1 a2 b1 c"},
		{"prefix", cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: new("a")}, "a a1 a2"},
		{"longer prefix", cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: new("a1")}, "a1"},
		{"names", cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"c", "a", "x", "c"}}, "a c"},
		{"state", cloudwatch.DescribeAlarmsInput{StateValue: new("OK")}, "a2"},
		{"action", cloudwatch.DescribeAlarmsInput{ActionPrefix: new("arn:aws:lambda")}, "c"},
		{"composite", cloudwatch.DescribeAlarmsInput{AlarmTypes: []string{"CompositeAlarm"}}, ""},
		{"both types", cloudwatch.DescribeAlarmsInput{AlarmTypes: []string{"CompositeAlarm", "MetricAlarm"}, AlarmNamePrefix: new("b")}, "b1"},
	} {
		for _, size := range []int64{100, 1} {
			in := c.in
			in.MaxRecords = &size
			var names []string
			for {
				out := w.describe(in)
				if out.CompositeAlarms == nil || out.MetricAlarms == nil || len(out.MetricAlarms) > int(size) {
					t.Fatalf("%s: %+v", c.name, out)
				}
				for _, a := range out.MetricAlarms {
					names = append(names, *a.AlarmName)
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("%s in pages of %d: %q, want %q", c.name, size, got, c.want)
			}
		}
	}
	wantError(t, w.call(func(c *op.Call) error {
		_, err := w.s.DescribeAlarms(c, &cloudwatch.DescribeAlarmsInput{NextToken: new("x")})
		return err
	}), "InvalidNextToken", "The service cannot process the request: invalid next token.")
}

func TestSetAlarmState(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.put(input("a")))
	set := func(name, state, data string) error {
		in := &cloudwatch.SetAlarmStateInput{AlarmName: name, StateValue: state, StateReason: "by hand"}
		if data != "" {
			in.StateReasonData = &data
		}
		return w.call(func(c *op.Call) error { return w.s.SetAlarmState(c, in) })
	}
	wantError(t, set("x", "OK", ""), "ResourceNotFound", "")
	wantError(t, set("a", "OK", "{"), "InvalidFormatFault", "StateReasonData is not valid JSON.")
	w.must(set("a", "ALARM", `{"why":1}`))
	w.must(set("a", "ALARM", "")) // no transition: no action, no history
	a := w.alarm("a")
	if *a.StateValue != "ALARM" || *a.StateReason != "by hand" {
		t.Errorf("%+v", a)
	}
	if got := w.history(cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: new("StateUpdate")}); !slices.Equal(got, []string{"Alarm updated from INSUFFICIENT_DATA to ALARM"}) {
		t.Errorf("history %q", got)
	}
	if js := w.jobs(); len(js) != 1 || js[0].Kind != alarm.JobKind {
		t.Errorf("jobs %+v", js)
	}
}

func TestActions_disabled(t *testing.T) {
	t.Parallel()
	w := open(t)
	told := &events{}
	w.s = alarm.New(alarm.Deps{Tokens: tokens(), Events: told})
	w.must(w.put(input("a")))
	w.must(w.call(func(c *op.Call) error {
		return w.s.DisableAlarmActions(c, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"a", "unknown"}})
	}))
	state := func(s string) {
		w.must(w.call(func(c *op.Call) error {
			return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: "a", StateValue: s, StateReason: "x"})
		}))
	}
	state("ALARM")
	if len(w.jobs()) != 0 || *w.alarm("a").ActionsEnabled {
		t.Error("a disabled action ran")
	}
	if n := len(told.got); n == 0 || told.got[n-1].Type != "CloudWatch Alarm State Change" {
		t.Errorf("events %+v", told.got)
	}
	w.must(w.call(func(c *op.Call) error {
		return w.s.EnableAlarmActions(c, &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"a"}})
	}))
	state("OK")
	state("ALARM")
	if len(w.jobs()) != 1 {
		t.Errorf("%d jobs", len(w.jobs()))
	}
}

func TestDeleteAlarms(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.put(input("a")))
	w.must(w.put(input("b")))
	w.must(w.call(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"x", "a"}})
	}))
	if out := w.describe(cloudwatch.DescribeAlarmsInput{}); len(out.MetricAlarms) != 1 || *out.MetricAlarms[0].AlarmName != "b" {
		t.Errorf("%+v", out.MetricAlarms)
	}
	got := w.history(cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("a"), MaxRecords: new(int64(1))})
	if !slices.Equal(got, []string{`Alarm "a" deleted`, `Alarm "a" created`}) {
		t.Errorf("history %q", got)
	}
	w.must(w.e.EvaluateDue(t.Context())) // the due row of a deleted alarm does nothing
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.put(input("a")))
	arn := *w.alarm("a").AlarmArn
	tag := func(arn string, tags ...cloudwatch.Tag) error {
		return w.call(func(c *op.Call) error {
			_, err := w.s.TagResource(c, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: tags})
			return err
		})
	}
	w.must(tag(arn, cloudwatch.Tag{Key: "b", Value: "1"}, cloudwatch.Tag{Key: "a", Value: "1"}))
	w.must(tag(arn, cloudwatch.Tag{Key: "b", Value: "2"}))
	if err := tag(arn+"x", cloudwatch.Tag{Key: "b", Value: "2"}); err == nil {
		t.Error("an unknown alarm was tagged")
	}
	w.must(w.call(func(c *op.Call) error {
		_, err := w.s.UntagResource(c, &cloudwatch.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"a", "none"}})
		return err
	}))
	w.must(w.call(func(c *op.Call) error {
		out, err := w.s.ListTagsForResource(c, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn})
		if err == nil && !slices.Equal(out.Tags, []cloudwatch.Tag{{Key: "b", Value: "2"}}) {
			t.Errorf("%v", out.Tags)
		}
		return err
	}))
	w.must(w.call(func(c *op.Call) error {
		out, err := w.s.ListTagsForResource(c, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn + "gone"})
		if err == nil && (out.Tags == nil || len(out.Tags) != 0) {
			t.Errorf("%v", out.Tags)
		}
		return err
	}))
}

// TestEvaluator is a timeline: values in, states out, at the right minutes.
func TestEvaluator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		start := time.Now().UTC() // midnight in a bubble
		in := input("a")
		in.TreatMissingData = new("notBreaching")
		in.OKActions = []string{topicARN}
		w.must(w.put(in))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.e.Run(ctx) }()
		synctest.Wait()
		var seen []string
		last := ""
		for s := range 600 {
			switch s {
			case 150, 155, 370:
				w.add(time.Now(), 1)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if a := w.alarm("a"); *a.StateValue != last {
				last = *a.StateValue
				seen = append(seen, fmt.Sprint(int(time.Since(start)/time.Second), " ", last, " ", *a.StateReason))
			}
		}
		cancel()
		w.must(<-done)
		want := []string{
			"1 OK Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
			"182 ALARM Threshold Crossed: 1 datapoint [2.0 (01/01/00 00:02:00)] was greater than or equal to the threshold (1.0).",
			"362 OK Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
			"422 ALARM Threshold Crossed: 1 datapoint [1.0 (01/01/00 00:06:00)] was greater than or equal to the threshold (1.0).",
		}
		for i := range max(len(seen), len(want)) {
			if i >= len(seen) || i >= len(want) || seen[i] != want[i] {
				t.Fatalf("timeline:\n%s\nwant:\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
			}
		}
	})
}

// TestEvaluator_late stands still for hours: evaluated once, then on time again.
func TestEvaluator_late(t *testing.T) {
	t.Parallel()
	w := open(t)
	now := time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	evaluations := 0
	w.e.Now = func() time.Time { return now }
	w.e.Metrics = func(store.Tx, bool) alarm.Values { return counting{&evaluations} }
	w.must(w.call(func(c *op.Call) error {
		c.Now = now
		return w.s.PutMetricAlarm(c, input("a"))
	}))
	for _, step := range []struct {
		at   time.Duration // since 12:00:30
		want int
	}{{0, 1}, {20 * time.Second, 1}, {31 * time.Second, 1}, {32 * time.Second, 2}, {50 * time.Second, 2}, {5*time.Hour + 17*time.Second, 3}, {5*time.Hour + 31*time.Second, 3}, {5*time.Hour + 32*time.Second, 4}} {
		now = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC).Add(step.at)
		w.must(w.e.EvaluateDue(t.Context()))
		if evaluations != step.want {
			t.Errorf("after %v: %d evaluations, want %d", step.at, evaluations, step.want)
		}
	}
}
