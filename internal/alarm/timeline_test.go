package alarm_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/op"
)

// evaluationRules are what AWS says about evaluation. Every one has a story.
var evaluationRules = []struct{ row, rule string }{
	{"sliding window", "Periods of a minute or more are evaluated every minute, over a window that slides by one minute"},
	{"periods below a minute", "Periods of 10, 20 and 30 seconds are evaluated every ten seconds"},
	{"up to a day", "Up to a day is evaluated every minute"},
	{"more than a day", "More than a day is evaluated once an hour, up to the full hour"},
	{"M of N", "ALARM when M of the N most recent points breach"},
	{"evaluation range", "More than N points are looked at: five for three"},
	{"enough values", "With N points or more in the range the N most recent ones decide, missing ones do not count"},
	{"filled as little as possible", "With fewer points, as few as possible are filled in as TreatMissingData says"},
	{"all missing", "Without any point TreatMissingData decides alone"},
	{"premature alarm", "missing and ignore: too few points are an alarm only when the oldest breach is M periods old"},
	{"older values", "Just after its creation an alarm looks at older data of the metric"},
	{"metric stops", "An alarm may look again at the last points for a while after the metric stops"},
	{"low samples", "EvaluateLowSampleCountPercentile ignore: no change on fewer than 10/(1-p) samples, 10/p below the median"},
	{"metric math", "A point of metric math is missing when the expression yields none"},
	{"several units", "Values of several units, none of them named (inferred: joined)"},
	{"sparse metrics", "Metric filters are sparse, through OK with a default value only"},
	{"DynamoDB", "AWS/DynamoDB always ignores missing data"},
	{"late values", "Late values count while their period is looked at"},
	{"edges", "A value on the edge belongs to the period that begins"},
	{"standstill", "After a standstill one look, then on time again: no drift"},
	{"by hand", "SetAlarmState lasts until the next evaluation; an update keeps the state and is evaluated at once"},
}

// story is one timeline.
type story struct {
	name, row string
	every     time.Duration
	steps     []step
	end       time.Duration
}

// step is what happens at a time, or a change of state that must.
type step struct {
	at     time.Duration // of the day
	what   string
	rest   string
	data   string // of a change
	change bool
	line   int
}

func readStories(t *testing.T, text string) []story {
	t.Helper()
	var out []story
	for i, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		var s *story
		if len(out) > 0 {
			s = &out[len(out)-1]
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case word == "==":
			out = append(out, story{name: rest, every: time.Second})
		case word == "row":
			s.row = rest
		case word == "every":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
			s.every = d
		case word == "data":
			s.steps[len(s.steps)-1].data = rest
		default:
			p := step{at: clock(t, word), line: i + 1}
			p.what, p.rest, _ = strings.Cut(rest, " ")
			switch p.what {
			case "end":
				s.end = p.at
				continue
			case "OK", "ALARM", "INSUFFICIENT_DATA":
				p.change = true
			}
			if n := len(s.steps); n > 0 && s.steps[n-1].at > p.at {
				t.Fatalf("line %d: time runs backwards", i+1)
			}
			s.steps = append(s.steps, p)
		}
	}
	return out
}

// clock reads a time of the day, which may have more hours than 24.
func clock(t *testing.T, text string) time.Duration {
	t.Helper()
	h, rest, _ := strings.Cut(text, ":")
	m, sec, _ := strings.Cut(rest, ":")
	d, err := time.ParseDuration(h + "h" + m + "m" + sec + "s")
	if err != nil {
		t.Fatalf("time %q: %v", text, err)
	}
	return d
}

func showClock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

const storiesFile = "testdata/evaluation.timeline"

func stories(t *testing.T) []story {
	t.Helper()
	raw, err := os.ReadFile(storiesFile)
	if err != nil {
		t.Fatal(err)
	}
	return readStories(t, string(raw))
}

// TestTimelines lets every story happen, on values that are folded into buckets at once and on values that never are.
func TestTimelines(t *testing.T) {
	t.Parallel()
	held := map[string]bool{}
	for _, s := range stories(t) {
		held[s.row] = true
		for name, fold := range map[string]bool{"folded": true, "not folded": false} {
			t.Run(s.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				tell(t, s, fold)
			})
		}
	}
	for _, r := range evaluationRules {
		if !held[r.row] {
			t.Errorf("no story holds the row %q", r.row)
		}
		delete(held, r.row)
	}
	for row := range held {
		t.Errorf("the row %q is unknown", row)
	}
}

// tell lets a story happen.
func tell(t *testing.T, s story, fold bool) {
	w := openClocked(t)
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	keeper := &metric.Keeper{State: w.db, Log: slog.New(slog.DiscardHandler)}
	var want, got []string
	state, made, running := "INSUFFICIENT_DATA", false, true
	namespace, next := "App", 0
	for now := time.Duration(0); now <= s.end; now = s.after(now, next) {
		w.now = day.Add(now)
		for ; next < len(s.steps) && s.steps[next].at <= now; next++ {
			p := s.steps[next]
			switch p.what {
			case "alarm":
				in := alarmOf(t, p)
				if in.Namespace != nil {
					namespace = *in.Namespace
				}
				w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
				made = true
			case "put":
				w.arrives(day, namespace, p)
			case "set":
				w.must(w.at(func(c *op.Call) error {
					return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: "a", StateValue: p.rest, StateReason: "by hand"})
				}))
				if a := w.alarm("a"); *a.StateValue != state { // before it is looked at
					state = *a.StateValue
					got = append(got, showClock(now)+" "+state+" "+*a.StateReason)
				}
			case "stop":
				running = false
			case "start":
				running = true
				e := *w.e
				e.Metrics = values()
				w.e = &e
			default:
				want = append(want, showClock(p.at)+" "+p.what+" "+p.rest)
				if p.data != "" {
					want = append(want, "data "+p.data)
				}
			}
		}
		if fold {
			w.must(keeper.FoldAll(t.Context()))
		}
		if running {
			w.evaluate()
		}
		if !made {
			continue
		}
		if a := w.alarm("a"); *a.StateValue != state {
			state = *a.StateValue
			got = append(got, showClock(now)+" "+state+" "+*a.StateReason)
			if s.told(now).data != "" {
				got = append(got, "data "+*a.StateReasonData)
			}
		}
	}
	if next < len(s.steps) {
		t.Fatalf("line %d: after the end", s.steps[next].line)
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("the alarm went\n%s\nwant\n%s", g, w)
	}
}

// after is the next time to look, or something happens.
func (s *story) after(now time.Duration, next int) time.Duration {
	at := now + time.Second
	if s.every > time.Second {
		at = (now - 2*time.Second + s.every).Truncate(s.every) + 2*time.Second
	}
	if next < len(s.steps) && !s.steps[next].change && s.steps[next].at > now {
		at = min(at, s.steps[next].at)
	}
	return at
}

// told is the change of state that a story has at a time.
func (s *story) told(at time.Duration) step {
	for _, p := range s.steps {
		if p.change && p.at == at {
			return p
		}
	}
	return step{}
}

// alarmOf reads an alarm.
func alarmOf(t *testing.T, p step) *cloudwatch.PutMetricAlarmInput {
	t.Helper()
	in := input("a")
	in.AlarmActions = nil
	if strings.Contains(p.rest, `"Metrics"`) {
		in.MetricName, in.Namespace, in.Statistic, in.Period = nil, nil, nil, nil
	}
	if err := json.Unmarshal([]byte(p.rest), in); err != nil {
		t.Fatalf("line %d: %v", p.line, err)
	}
	return in
}

// arrives puts a value as a client does, or as the server itself for AWS's namespaces.
func (w *clocked) arrives(day time.Time, namespace string, p step) {
	w.t.Helper()
	words := strings.Fields(p.rest)
	v, err := strconv.ParseFloat(words[0], 64)
	w.must(err)
	d := cloudwatch.MetricDatum{MetricName: "m", Timestamp: &w.now, Unit: new("Count"), Values: []float64{v}, Counts: []float64{1}}
	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case word == "at":
			i++
			d.Timestamp = new(day.Add(clock(w.t, words[i])))
		case word == "of":
			i++
			d.Unit = &words[i]
		case word == "fine":
			d.StorageResolution = new(int64(1))
		case word[0] == 'x':
			n, err := strconv.ParseFloat(word[1:], 64)
			w.must(err)
			d.Counts[0] = n
		default:
			w.t.Fatalf("line %d: %s", p.line, word)
		}
	}
	w.must(w.at(func(c *op.Call) error {
		if strings.HasPrefix(namespace, "AWS/") {
			return metric.Add(c.Tx, account, region, namespace, "m", nil, *d.Unit, *d.Timestamp, v)
		}
		return metric.New(metric.Deps{}).PutMetricData(c, &cloudwatch.PutMetricDataInput{Namespace: namespace, MetricData: []cloudwatch.MetricDatum{d}})
	}))
}
