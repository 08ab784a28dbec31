package evaluate_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
)

var now = time.Date(2026, 3, 1, 1, 0, 12, 345e6, time.UTC)

// line turns "0 - X" (good, missing, breaching; newest right) into the points of the last periods of alarm's window. Anything else is
// a number.
func line(t *testing.T, a *evaluate.Alarm, text string) []evaluate.Point {
	t.Helper()
	words := strings.Fields(text)
	_, end := a.Window(now)
	var points []evaluate.Point
	for i, w := range words {
		p := evaluate.Point{Start: end.Add(-time.Duration(len(words)-i) * a.Period), SampleCount: 1}
		switch w {
		case "-":
			continue
		case "0":
			p.Value = 0
		case "X":
			p.Value = 9
		default:
			if _, err := fmt.Sscan(w, &p.Value); err != nil {
				t.Fatal(err)
			}
		}
		points = append(points, p)
	}
	return points
}

// TestEvaluate_missingData has every row of the two tables of "Configuring how CloudWatch alarms treat missing data", the two further
// examples of the premature transitions, and the quirk of single events.
func TestEvaluate_missingData(t *testing.T) {
	t.Parallel()
	const ok, alarm, insufficient, keep = "OK", "ALARM", "INSUFFICIENT_DATA", "keep"
	treatments := []evaluate.Missing{evaluate.AsMissing, evaluate.Ignore, evaluate.Breaching, evaluate.NotBreaching}
	for _, c := range []struct {
		m, n   int
		points string
		want   [4]string
	}{
		{3, 3, "0 - X - X", [4]string{ok, ok, ok, ok}},
		{3, 3, "0 - - - -", [4]string{ok, ok, ok, ok}},
		{3, 3, "- - - - -", [4]string{insufficient, keep, alarm, ok}},
		{3, 3, "0 X X - X", [4]string{alarm, alarm, alarm, alarm}},
		{3, 3, "- - X - -", [4]string{alarm, keep, alarm, ok}},
		{3, 3, "- - - - X", [4]string{keep, keep, alarm, ok}},
		{3, 3, "- - - X -", [4]string{keep, keep, alarm, ok}},
		{2, 3, "0 - X - X", [4]string{alarm, alarm, alarm, alarm}},
		{2, 3, "0 0 X 0 X", [4]string{alarm, alarm, alarm, alarm}},
		{2, 3, "0 - X - -", [4]string{ok, ok, alarm, ok}},
		{2, 3, "- - - - 0", [4]string{ok, ok, alarm, ok}},
		{2, 3, "- - - X -", [4]string{alarm, keep, alarm, ok}},
		{1, 1, "- - X", [4]string{alarm, alarm, alarm, alarm}},
		{1, 1, "X - -", [4]string{alarm, alarm, alarm, alarm}},
		{1, 1, "X - - -", [4]string{insufficient, keep, alarm, ok}},
		{1, 1, "X 0", [4]string{ok, ok, ok, ok}},
	} {
		for i, treat := range treatments {
			for _, old := range []evaluate.State{evaluate.OK, evaluate.InAlarm, evaluate.InsufficientData} {
				t.Run(fmt.Sprintf("%d of %d, %s, %s, from %s", c.m, c.n, c.points, treat, old), func(t *testing.T) {
					t.Parallel()
					a := evaluate.Alarm{Period: 5 * time.Minute, EvaluationPeriods: c.n, DatapointsToAlarm: c.m, Threshold: 1,
						Comparison: "GreaterThanOrEqualToThreshold", Missing: treat, Statistic: "Sum"}
					want := evaluate.State(c.want[i])
					if want == keep {
						want = old
					}
					r := evaluate.Evaluate(a, old, now, line(t, &a, c.points))
					if r.State != want || r.Changed != (want != old) {
						t.Errorf("state %s, changed %v; want %s", r.State, r.Changed, want)
					}
					if kept := r.Reason == ""; kept != (c.want[i] == keep) {
						t.Errorf("kept %v", kept)
					}
					if r.Reason != "" && !json.Valid([]byte(r.ReasonData)) {
						t.Errorf("reason data %s", r.ReasonData)
					}
				})
			}
		}
	}
}

// TestEvaluate_timeline lets time pass: one value per minute, one state per minute.
func TestEvaluate_timeline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		alarm   evaluate.Alarm
		values  string // minute by minute
		states  string // first letters
		actions int
	}{
		{"one of one, missing", evaluate.Alarm{EvaluationPeriods: 1, Missing: evaluate.AsMissing}, "- 5 - - - 5 -", "I A A A I A A", 3},
		{"one of one, not breaching", evaluate.Alarm{EvaluationPeriods: 1, Missing: evaluate.NotBreaching}, "- 5 - - - 0", "O A A A O O", 3},
		{"default value zero", evaluate.Alarm{EvaluationPeriods: 1, Missing: evaluate.AsMissing}, "0 5 0 0", "O A O O", 3},
		{"three of three", evaluate.Alarm{EvaluationPeriods: 3}, "0 5 5 5 5 0", "O O O A A O", 3},
		{"two of three", evaluate.Alarm{EvaluationPeriods: 3, DatapointsToAlarm: 2}, "0 5 0 5 0 0", "O O O A O O", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := c.alarm
			a.Period, a.Threshold, a.Comparison = time.Minute, 1, "GreaterThanOrEqualToThreshold"
			start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			state, actions := evaluate.InsufficientData, 0
			var points []evaluate.Point
			var got []string
			for i, w := range strings.Fields(c.values) {
				var v float64
				if w != "-" {
					if _, err := fmt.Sscan(w, &v); err != nil {
						t.Fatal(err)
					}
					points = append(points, evaluate.Point{Start: start.Add(time.Duration(i) * time.Minute), Value: v, SampleCount: 1})
				}
				r := evaluate.Evaluate(a, state, start.Add(time.Duration(i+1)*time.Minute+time.Second), points)
				if r.Changed {
					actions++
				}
				state = r.State
				got = append(got, string(state[0]))
			}
			if strings.Join(got, " ") != c.states || actions != c.actions {
				t.Errorf("states %q with %d changes, want %q with %d", got, actions, c.states, c.actions)
			}
		})
	}
}

func TestEvaluate_comparisons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		comparison evaluate.Comparison
		breaches   [3]bool // for 4, 5, 6 against 5; bands reach from 4.5 to 5.5
		words      string
	}{
		{"GreaterThanOrEqualToThreshold", [3]bool{false, true, true}, "greater than or equal to the threshold (5.0)"},
		{"GreaterThanThreshold", [3]bool{false, false, true}, "greater than the threshold (5.0)"},
		{"LessThanThreshold", [3]bool{true, false, false}, "less than the threshold (5.0)"},
		{"LessThanOrEqualToThreshold", [3]bool{true, true, false}, "less than or equal to the threshold (5.0)"},
		{"LessThanLowerOrGreaterThanUpperThreshold", [3]bool{true, false, true}, "less than the lower thresholds [4.5] or greater than the upper thresholds [5.5]"},
		{"LessThanLowerThreshold", [3]bool{true, false, false}, "less than the lower thresholds [4.5]"},
		{"GreaterThanUpperThreshold", [3]bool{false, false, true}, "greater than the upper thresholds [5.5]"},
	} {
		t.Run(string(c.comparison), func(t *testing.T) {
			t.Parallel()
			if !c.comparison.Known() {
				t.Fatal("not known")
			}
			a := evaluate.Alarm{Period: time.Minute, EvaluationPeriods: 1, Threshold: 5, Comparison: c.comparison}
			for i, want := range c.breaches {
				points := line(t, &a, fmt.Sprint(4+i))
				points[0].Lower, points[0].Upper = 4.5, 5.5
				r := evaluate.Evaluate(a, evaluate.InsufficientData, now, points)
				verb := " was not "
				if want {
					verb = " was "
				}
				if (r.State == evaluate.InAlarm) != want || !strings.Contains(r.Reason, verb+c.words) {
					t.Errorf("%d: %s, %s", 4+i, r.State, r.Reason)
				}
			}
		})
	}
	if evaluate.Comparison("NotThreshold").Known() {
		t.Error("an unknown operator is known")
	}
}

// TestEvaluate_reasons has texts as AWS has sent them, with points that lead to them.
func TestEvaluate_reasons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alarm  evaluate.Alarm
		points string
		want   string
	}{
		{evaluate.Alarm{EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 50}, "99.50160229693434",
			"Threshold Crossed: 1 out of the last 1 datapoints [99.50160229693434 (01/03/26 00:59:00)] was greater than the threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition)."},
		{evaluate.Alarm{EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 50}, "0.0666851903306472",
			"Threshold Crossed: 1 out of the last 1 datapoints [0.0666851903306472 (01/03/26 00:59:00)] was not greater than the threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition)."},
		{evaluate.Alarm{EvaluationPeriods: 3, DatapointsToAlarm: 3, Threshold: 31}, "41 33.8 32.6",
			"Threshold Crossed: 3 out of the last 3 datapoints [32.6 (01/03/26 00:59:00), 33.8 (01/03/26 00:58:00), 41.0 (01/03/26 00:57:00)] were greater than the threshold (31.0) (minimum 3 datapoints for OK -> ALARM transition)."},
		{evaluate.Alarm{EvaluationPeriods: 5, DatapointsToAlarm: 3}, "0 5 0 0 5",
			"Threshold Crossed: 3 out of the last 5 datapoints [0.0 (01/03/26 00:58:00), 0.0 (01/03/26 00:57:00), 0.0 (01/03/26 00:55:00)] were not greater than the threshold (0.0) (minimum 3 datapoints for ALARM -> OK transition)."},
		{evaluate.Alarm{EvaluationPeriods: 2, DatapointsToAlarm: 2, Threshold: 1}, "0 X 0",
			"Threshold Crossed: 1 out of the last 2 datapoints [0.0 (01/03/26 00:59:00)] was not greater than the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition)."},
		{evaluate.Alarm{EvaluationPeriods: 1, Threshold: 21}, "21.5",
			"Threshold Crossed: 1 datapoint [21.5 (01/03/26 00:59:00)] was greater than the threshold (21.0)."},
		{evaluate.Alarm{EvaluationPeriods: 2, Threshold: 42}, "1 0",
			"Threshold Crossed: 2 datapoints [0.0 (01/03/26 00:59:00), 1.0 (01/03/26 00:58:00)] were not greater than the threshold (42.0)."},
		{evaluate.Alarm{EvaluationPeriods: 2, Missing: evaluate.Breaching}, "-",
			"Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching]."},
		{evaluate.Alarm{EvaluationPeriods: 1, DatapointsToAlarm: 1, Missing: evaluate.NotBreaching}, "-",
			"Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."},
		{evaluate.Alarm{EvaluationPeriods: 3, DatapointsToAlarm: 2, Missing: evaluate.Breaching}, "0",
			"Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [Breaching]."},
		{evaluate.Alarm{EvaluationPeriods: 3, Threshold: 1, Missing: evaluate.Breaching}, "1",
			"Threshold Crossed: 1 datapoint [1.0 (01/03/26 00:59:00)] was not greater than the threshold (1.0) and 2 missing datapoints were treated as [Breaching]."},
		{evaluate.Alarm{EvaluationPeriods: 20, DatapointsToAlarm: 1, Threshold: 1, Missing: evaluate.NotBreaching}, "613",
			"Threshold Crossed: 1 out of the last 20 datapoints [613.0 (01/03/26 00:59:00)] was greater than the threshold (1.0) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition)."},
		{evaluate.Alarm{EvaluationPeriods: 6, DatapointsToAlarm: 6, Threshold: 20}, "58 59 59 59 60 60",
			"Threshold Crossed: 6 out of the last 6 datapoints were greater than the threshold (20.0). The most recent datapoints which crossed the threshold: [60.0 (01/03/26 00:59:00), 60.0 (01/03/26 00:58:00), 59.0 (01/03/26 00:57:00), 59.0 (01/03/26 00:56:00), 59.0 (01/03/26 00:55:00)] (minimum 6 datapoints for OK -> ALARM transition)."},
		{evaluate.Alarm{EvaluationPeriods: 5}, "1 1 1 1 1",
			"Threshold Crossed: 5 datapoints were greater than the threshold (0.0). The most recent datapoints which crossed the threshold: [1.0 (01/03/26 00:59:00), 1.0 (01/03/26 00:58:00), 1.0 (01/03/26 00:57:00), 1.0 (01/03/26 00:56:00), 1.0 (01/03/26 00:55:00)]."},
		{evaluate.Alarm{EvaluationPeriods: 5}, "-", "Insufficient Data: 5 datapoints were unknown."},
		{evaluate.Alarm{EvaluationPeriods: 1}, "-", "Insufficient Data: 1 datapoint was unknown."},
		{evaluate.Alarm{EvaluationPeriods: 1, Threshold: 1e7}, "0.0001",
			"Threshold Crossed: 1 datapoint [1.0E-4 (01/03/26 00:59:00)] was not greater than the threshold (1.0E7)."},
	} {
		t.Run(c.want[:min(60, len(c.want))], func(t *testing.T) {
			t.Parallel()
			a := c.alarm
			a.Period, a.Comparison = time.Minute, "GreaterThanThreshold"
			if got := evaluate.Evaluate(a, evaluate.OK, now, line(t, &a, c.points)).Reason; got != c.want {
				t.Errorf("reason\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestEvaluate_anomalyReason(t *testing.T) {
	t.Parallel()
	a := evaluate.Alarm{Period: 5 * time.Minute, EvaluationPeriods: 1, DatapointsToAlarm: 1, Comparison: "LessThanLowerOrGreaterThanUpperThreshold"}
	points := line(t, &a, "0")
	points[0].Lower, points[0].Upper, points[0].SampleCount = 0.02, 0.3, 0
	r := evaluate.Evaluate(a, evaluate.OK, now, points)
	const reason = "Thresholds Crossed: 1 out of the last 1 datapoints [0.0 (01/03/26 00:55:00)] was less than the lower thresholds [0.02] or greater than the upper thresholds [0.3] (minimum 1 datapoint for OK -> ALARM transition)."
	const data = `{"version":"1.0","queryDate":"2026-03-01T01:00:12.345+0000","startDate":"2026-03-01T00:55:00.000+0000","period":300,"recentDatapoints":[0.0],` +
		`"recentLowerThresholds":[0.02],"recentUpperThresholds":[0.3],"evaluatedDatapoints":[{"timestamp":"2026-03-01T00:55:00.000+0000","value":0.0}]}`
	if r.Reason != reason || r.ReasonData != data {
		t.Errorf("%s\n%s", r.Reason, r.ReasonData)
	}
}

func TestEvaluate_reasonData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		alarm  evaluate.Alarm
		points string
		want   string
	}{
		{"value", evaluate.Alarm{Period: 5 * time.Minute, EvaluationPeriods: 1, Threshold: 1, Unit: "Count", Statistic: "Sum"}, "3",
			`{"version":"1.0","queryDate":"2026-03-01T01:00:12.345+0000","startDate":"2026-03-01T00:55:00.000+0000","unit":"Count","statistic":"Sum","period":300,"recentDatapoints":[3.0],"threshold":1.0,"evaluatedDatapoints":[{"timestamp":"2026-03-01T00:55:00.000+0000","sampleCount":1.0,"value":3.0}]}`},
		{"two values", evaluate.Alarm{Period: time.Minute, EvaluationPeriods: 2, Threshold: 1}, "1 0",
			`{"version":"1.0","queryDate":"2026-03-01T01:00:12.345+0000","startDate":"2026-03-01T00:58:00.000+0000","period":60,"recentDatapoints":[1.0,0.0],"threshold":1.0,"evaluatedDatapoints":[{"timestamp":"2026-03-01T00:59:00.000+0000","sampleCount":1.0,"value":0.0},{"timestamp":"2026-03-01T00:58:00.000+0000","sampleCount":1.0,"value":1.0}]}`},
		{"nothing", evaluate.Alarm{Period: 5 * time.Minute, EvaluationPeriods: 1, Threshold: 10, Statistic: "Sum", Missing: evaluate.NotBreaching}, "-",
			`{"version":"1.0","queryDate":"2026-03-01T01:00:12.345+0000","statistic":"Sum","period":300,"recentDatapoints":[],"threshold":10.0,"evaluatedDatapoints":[{"timestamp":"2026-03-01T00:55:00.000+0000"}]}`},
		{"partly", evaluate.Alarm{Period: time.Minute, EvaluationPeriods: 2, Threshold: 10, Statistic: "Sum", Missing: evaluate.Breaching}, "11 -",
			`{"version":"1.0","queryDate":"2026-03-01T01:00:12.345+0000","startDate":"2026-03-01T00:58:00.000+0000","statistic":"Sum","period":60,"recentDatapoints":[11.0],"threshold":10.0,"evaluatedDatapoints":[{"timestamp":"2026-03-01T00:59:00.000+0000"},{"timestamp":"2026-03-01T00:58:00.000+0000","sampleCount":1.0,"value":11.0}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := c.alarm
			a.Comparison = "GreaterThanThreshold"
			if got := evaluate.Evaluate(a, evaluate.OK, now, line(t, &a, c.points)).ReasonData; got != c.want {
				t.Errorf("reason data\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestEvaluate_lowSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		statistic string
		ignore    bool
		samples   float64
		decides   bool
	}{
		{"p99", true, 999, false},
		{"p99", true, 1000, true},
		{"p99", false, 1, true},
		{"p50", true, 19, false},
		{"p50", true, 20, true},
		{"p10", true, 99, false},
		{"p10", true, 100, true},
		{"p100", true, 1, true},
		{"Sum", true, 1, true},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			a := evaluate.Alarm{Period: time.Minute, EvaluationPeriods: 1, Threshold: 1, Comparison: "GreaterThanThreshold", Statistic: c.statistic, IgnoreLowSamples: c.ignore}
			points := line(t, &a, "5")
			points[0].SampleCount = c.samples
			want := evaluate.OK
			if c.decides {
				want = evaluate.InAlarm
			}
			if r := evaluate.Evaluate(a, evaluate.OK, now, points); r.State != want {
				t.Errorf("state %s, want %s", r.State, want)
			}
		})
	}
}

func TestAlarm_Window(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 34, 56, 0, time.UTC)
	for _, c := range []struct {
		period     time.Duration
		n          int
		interval   time.Duration
		start, end string
	}{
		{time.Minute, 1, time.Minute, "01 12:31:00", "01 12:34:00"},
		{5 * time.Minute, 3, time.Minute, "01 12:09:00", "01 12:34:00"},
		{10 * time.Second, 6, 10 * time.Second, "01 12:33:30", "01 12:34:50"},
		{24 * time.Hour, 1, time.Minute, "26 12:34:00", "01 12:34:00"},
		{24 * time.Hour, 2, time.Hour, "25 12:00:00", "01 12:00:00"},
	} {
		t.Run(fmt.Sprint(c.n, " times ", c.period), func(t *testing.T) {
			t.Parallel()
			a := evaluate.Alarm{Period: c.period, EvaluationPeriods: c.n}
			start, end := a.Window(at)
			if a.Interval() != c.interval || start.Format("02 15:04:05") != c.start || end.Format("02 15:04:05") != c.end {
				t.Errorf("every %v from %v to %v", a.Interval(), start, end)
			}
		})
	}
}

func TestEvaluate_points(t *testing.T) {
	t.Parallel()
	a := evaluate.Alarm{Period: time.Minute, EvaluationPeriods: 1, Threshold: 1, Comparison: "GreaterThanThreshold"}
	_, end := a.Window(now)
	for name, points := range map[string][]evaluate.Point{
		"of the unfinished minute": {{Start: end, Value: 5}},
		"too old":                  {{Start: end.Add(-4 * time.Minute), Value: 5}},
		"not a number":             {{Start: end.Add(-time.Minute), Value: math.NaN()}},
	} {
		if r := evaluate.Evaluate(a, evaluate.OK, now, points); r.State != evaluate.InsufficientData {
			t.Errorf("a point %s gives %s", name, r.State)
		}
	}
	if r := evaluate.Evaluate(evaluate.Alarm{}, evaluate.OK, now, nil); r.State != evaluate.OK || r.Changed {
		t.Error("an empty alarm does something")
	}
}

func TestTreatmentFor(t *testing.T) {
	t.Parallel()
	if evaluate.TreatmentFor("AWS/DynamoDB", evaluate.Breaching) != evaluate.Ignore || evaluate.TreatmentFor("x", "") != evaluate.AsMissing ||
		evaluate.TreatmentFor("x", evaluate.Breaching) != evaluate.Breaching {
		t.Error("TreatmentFor")
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0.0", 1: "1.0", -2.5: "-2.5", 400000: "400000.0", 9999999: "9999999.0", 1e7: "1.0E7", 12345678.5: "1.23456785E7",
		0.001: "0.001", 0.00025: "2.5E-4", 1e-10: "1.0E-10", 40.760000000000005: "40.760000000000005"} {
		if got := evaluate.Number(n); got != want || !json.Valid([]byte(got)) {
			t.Errorf("Number(%v) = %s, want %s", n, got, want)
		}
	}
}
