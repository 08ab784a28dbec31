package alarm_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// keys lists a space, as the parts of its keys.
func (w *world) keys(space string) []string {
	w.t.Helper()
	var out []string
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan(space, nil, nil, false) {
			if err != nil {
				return err
			}
			parts, err := store.Key(kv.Key).Parts()
			if err != nil {
				return err
			}
			out = append(out, strings.TrimSuffix(fmt.Sprintln(parts...), "\n"))
		}
		return nil
	}))
	return out
}

// TestRounds_enrolled holds the rounds to the alarms there are.
func TestRounds_enrolled(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	want := func(space string, want ...string) {
		t.Helper()
		w.evaluate()
		if got := w.keys(space); !slices.Equal(got, want) {
			t.Errorf("%s holds %q, want %q", space, got, want)
		}
	}
	put := func(name string, period, periods int64) {
		t.Helper()
		in := input(name)
		in.Period, in.EvaluationPeriods = &period, &periods
		w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
	}
	want("alarm.round")
	put("a", 60, 1)
	put("b", 10, 1)
	put("c", 86400, 2)
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "d", AlarmRule: "ALARM(a)"}))
	want("alarm.enrolled", "10 111122223333 us-east-1 b", "60 111122223333 us-east-1 a", "3600 111122223333 us-east-1 c")
	want("alarm.round", "10", "60", "3600")
	put("b", 60, 1)
	want("alarm.enrolled", "60 111122223333 us-east-1 a", "60 111122223333 us-east-1 b", "3600 111122223333 us-east-1 c")
	w.pass(11 * time.Second)
	want("alarm.round", "60", "3600")
	w.must(w.at(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"b", "c", "d"}})
	}))
	w.must(w.at(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a"}})
	}))
	w.pass(2 * time.Hour)
	want("alarm.enrolled")
	want("alarm.round")
	want("alarm.due")
}

// TestRounds_older takes over what an older program left: alarms that are in no round, each with a row for its next evaluation.
func TestRounds_older(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, input("a")) }))
	w.must(w.at(func(c *op.Call) error { return c.Tx.Delete("alarm.enrolled", store.K(int64(60), account, region, "a")) }))
	w.pass(90 * time.Second)
	w.must(w.at(func(c *op.Call) error { return metric.Add(c.Tx, account, region, "App", "m", nil, "Count", w.now, 3) }))
	w.pass(60 * time.Second)
	if a := w.alarm("a"); *a.StateValue != "ALARM" {
		t.Errorf("%s (%s)", *a.StateValue, *a.StateReason)
	}
}

// broken are values of which one metric cannot be read.
type broken struct{ alarm.Values }

func (b broken) Points(account, region, namespace, name string, dimensions []series.Dimension, unit string, start, end time.Time, period time.Duration) ([]series.Bucket, error) {
	if name == "broken" {
		return nil, errors.New("damaged")
	}
	return b.Values.Points(account, region, namespace, name, dimensions, unit, start, end, period)
}

// TestRounds_failure evaluates the neighbours of an alarm that cannot be evaluated.
func TestRounds_failure(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	all := values()
	w.e.Metrics = func(tx store.Tx, snapshot bool) alarm.Values { return broken{all(tx, snapshot)} }
	for _, name := range []string{"a", "b", "c"} {
		in := input(name)
		if name == "b" {
			in.MetricName = new("broken")
		}
		w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
	}
	w.evaluate()
	w.must(w.at(func(c *op.Call) error { return metric.Add(c.Tx, account, region, "App", "m", nil, "Count", w.now, 3) }))
	w.pass(63 * time.Second)
	for name, want := range map[string]string{"a": "ALARM", "b": "INSUFFICIENT_DATA", "c": "ALARM"} {
		if a := w.alarm(name); *a.StateValue != want {
			t.Errorf("%s is %s, want %s", name, *a.StateValue, want)
		}
	}
}
