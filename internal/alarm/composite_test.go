package alarm_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// events remembers what was told.
type events struct{ got []alarm.Event }

func (e *events) Emit(_ store.Tx, _ time.Time, _, _ string, ev alarm.Event) error {
	e.got = append(e.got, ev)
	return nil
}

// clocked is a world whose clock is set by hand.
type clocked struct {
	*world
	now    time.Time
	events *events
}

func openClocked(t *testing.T) *clocked {
	w := &clocked{world: open(t), now: noon, events: &events{}}
	w.s = alarm.New(alarm.Deps{Tokens: tokens(), Events: w.events})
	w.e.Now, w.e.Events = func() time.Time { return w.now }, w.events
	return w
}

func (w *clocked) at(fn func(c *op.Call) error) error {
	return w.call(func(c *op.Call) error {
		c.Now = w.now
		return fn(c)
	})
}

func (w *clocked) metricAlarm(name string) {
	w.t.Helper()
	in := input(name)
	in.TreatMissingData, in.AlarmActions = new("ignore"), nil
	w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
}

func (w *clocked) putComposite(in cloudwatch.PutCompositeAlarmInput) error {
	return w.at(func(c *op.Call) error { return w.s.PutCompositeAlarm(c, &in) })
}

func (w *clocked) set(name, state string) {
	w.t.Helper()
	w.must(w.at(func(c *op.Call) error {
		return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: name, StateValue: state, StateReason: "by hand"})
	}))
	w.evaluate()
}

// evaluate lets everything that is due happen.
func (w *clocked) evaluate() {
	w.t.Helper()
	w.must(w.e.EvaluateDue(w.t.Context()))
}

// pass lets time pass, second by second.
func (w *clocked) pass(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(time.Second)
		w.evaluate()
	}
}

func (w *clocked) composite(name string) cloudwatch.CompositeAlarm {
	w.t.Helper()
	out := w.describe(cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: []string{"CompositeAlarm"}})
	if len(out.CompositeAlarms) != 1 {
		w.t.Fatalf("%d composite alarms named %s", len(out.CompositeAlarms), name)
	}
	return out.CompositeAlarms[0]
}

// actions are the subjects of the messages that wait.
func (w *clocked) actions() []string {
	w.t.Helper()
	var out []string
	for _, j := range w.jobs() {
		var a struct{ Subject string }
		w.must(json.Unmarshal(j.Payload, &a))
		s, _, _ := strings.Cut(a.Subject, " in ")
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestPutCompositeAlarm(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	w.metricAlarm("a")
	w.metricAlarm("b c")
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{
		AlarmName: "both", AlarmRule: `ALARM(a) AND NOT OK("b c")`, AlarmDescription: new("two"), AlarmActions: []string{topicARN}, Tags: []cloudwatch.Tag{{Key: "k", Value: "v"}},
	}))
	if c := w.composite("both"); *c.StateValue != "INSUFFICIENT_DATA" || *c.StateReason != "Unchecked: Initial alarm creation" || *c.AlarmRule != `ALARM(a) AND NOT OK("b c")` || c.OKActions == nil {
		t.Errorf("%+v", c)
	}
	w.pass(time.Second)
	if c := w.composite("both"); *c.StateValue != "OK" || *c.StateReason != "arn:aws:cloudwatch:us-east-1:111122223333:alarm:both was created and its alarm rule evaluates to OK" ||
		*c.StateReasonData != `{"triggeringAlarms":[]}` {
		t.Errorf("%+v, %s", c, *c.StateReason)
	}
	w.pass(4 * time.Second)
	w.set("a", "ALARM")
	c := w.composite("both")
	if *c.StateValue != "ALARM" || *c.StateReason != "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a transitioned to ALARM at Sunday 01 March, 2026 12:00:05 UTC" ||
		*c.StateReasonData != `{"triggeringAlarms":[{"arn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:a","state":{"value":"ALARM","timestamp":"2026-03-01T12:00:05.000+0000"}}]}` {
		t.Errorf("%s, %s", *c.StateReason, *c.StateReasonData)
	}

	// The message.
	if got := w.actions(); !slices.Equal(got, []string{`ALARM: "both"`}) {
		t.Fatalf("%q", got)
	}
	actor := &alarm.Actor{State: w.db, Topics: w.topics}
	w.must(actor.Run(t.Context(), w.jobs()[0]))
	want := `{"AlarmName":"both","AlarmDescription":"two","AWSAccountId":"111122223333","AlarmConfigurationUpdatedTimestamp":"2026-03-01T12:00:00.000+0000",` +
		`"NewStateValue":"ALARM","NewStateReason":"` + *c.StateReason + `","StateChangeTime":"2026-03-01T12:00:05.000+0000","Region":"US East (N. Virginia)",` +
		`"AlarmArn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:both","OldStateValue":"OK","OKActions":[],"AlarmActions":["` + topicARN + `"],` +
		`"InsufficientDataActions":[],"ActionExecutedAfterMuteWindow":false,"AlarmRule":"ALARM(a) AND NOT OK(\"b c\")","TriggeringChildren":[{` +
		`"Arn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:a","State":{"Value":"ALARM","Timestamp":"2026-03-01T12:00:05.000+0000"}}]}`
	if got := strings.SplitN(w.topics.published[0], "\n", 3)[2]; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	// SetAlarmState sticks until a child changes.
	w.set("both", "OK")
	w.pass(2 * time.Minute)
	if *w.composite("both").StateValue != "OK" {
		t.Error("evaluated without a reason")
	}
	w.set("b c", "ALARM")
	if *w.composite("both").StateValue != "ALARM" {
		t.Error("not evaluated after a child's change")
	}

	// History knows both types apart.
	if got := w.history(cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("both")}); len(got) != 0 {
		t.Errorf("history of metric alarms: %q", got)
	}
	got := w.history(cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("both"), AlarmTypes: []string{"CompositeAlarm"}, ScanBy: new("TimestampAscending")})
	if len(got) != 6 || got[0] != `Alarm "both" created` || got[1] != "Alarm updated from INSUFFICIENT_DATA to OK" {
		t.Errorf("history %q", got)
	}

	// Families.
	out := w.describe(cloudwatch.DescribeAlarmsInput{ChildrenOfAlarmName: new("both")})
	if len(out.MetricAlarms) != 2 || *out.MetricAlarms[0].AlarmName != "a" || out.MetricAlarms[0].Threshold != nil || *out.MetricAlarms[0].StateValue != "ALARM" {
		t.Errorf("children %+v", out)
	}
	out = w.describe(cloudwatch.DescribeAlarmsInput{ParentsOfAlarmName: new("a")})
	if len(out.CompositeAlarms) != 1 || *out.CompositeAlarms[0].AlarmName != "both" || out.CompositeAlarms[0].StateValue != nil {
		t.Errorf("parents %+v", out)
	}
	wantError(t, w.at(func(c *op.Call) error {
		_, err := w.s.DescribeAlarms(c, &cloudwatch.DescribeAlarmsInput{ParentsOfAlarmName: new("a"), StateValue: new("OK")})
		return err
	}), "ValidationError", "ChildrenOfAlarmName and ParentsOfAlarmName cannot be specified together with other filters.")
}

func TestPutCompositeAlarm_refusals(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	w.metricAlarm("a")
	other := "arn:aws:cloudwatch:us-east-1:999988887777:alarm:a"
	for message, in := range map[string]cloudwatch.PutCompositeAlarmInput{
		"Invalid AlarmRule: expected a condition at position 1.":                                                   {AlarmName: "c", AlarmRule: "MAYBE"},
		"Could not save the composite alarm as alarms [x, y] in the alarm rule do not exist":                       {AlarmName: "c", AlarmRule: "ALARM(x) OR ALARM(a) OR OK(y)"},
		"The alarm " + other + " must be of the same account and Region.":                                          {AlarmName: "c", AlarmRule: "ALARM(" + other + ")"},
		"An alarm of another type has the name a.":                                                                 {AlarmName: "a", AlarmRule: "TRUE"},
		"ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with an ActionsSuppressor.": {AlarmName: "c", AlarmRule: "TRUE", ActionsSuppressor: new("a")},
		"ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an ActionsSuppressor.":              {AlarmName: "c", AlarmRule: "TRUE", ActionsSuppressorWaitPeriod: new(int64(1))},
		"Could not save the composite alarm as the suppressor alarm x does not exist":                              {AlarmName: "c", AlarmRule: "TRUE", ActionsSuppressor: new("x"), ActionsSuppressorWaitPeriod: new(int64(1)), ActionsSuppressorExtensionPeriod: new(int64(1))},
		"ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be from 0 to 86400 seconds.":        {AlarmName: "c", AlarmRule: "TRUE", ActionsSuppressor: new("a"), ActionsSuppressorWaitPeriod: new(int64(-1)), ActionsSuppressorExtensionPeriod: new(int64(1))},
		"Invalid arn syntax: nowhere": {AlarmName: "c", AlarmRule: "TRUE", OKActions: []string{"nowhere"}},
	} {
		wantError(t, w.putComposite(in), "ValidationError", message)
	}
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "c", AlarmRule: "ALARM(a)"}))
	in := input("c")
	wantError(t, w.put(in), "ValidationError", "An alarm of another type has the name c.")
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "d", AlarmRule: "ALARM(c)"}))
	remove := func(names ...string) error {
		return w.at(func(c *op.Call) error { return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: names}) })
	}
	wantError(t, remove("a", "c"), "ValidationError", "The composite alarm c cannot be deleted, because d looks at it.")
	wantError(t, remove("c", "d"), "ValidationError", "The composite alarm c cannot be deleted, because d looks at it.")
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "e", AlarmRule: "TRUE"}))
	wantError(t, remove("d", "e"), "ValidationError", "At most one composite alarm can be deleted at a time.")
	w.must(remove("d"))
	w.must(remove("c", "a"))
}

// TestPutCompositeAlarm_circle has two composites that look at each other: they keep their states, and nothing spins.
func TestPutCompositeAlarm_circle(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	w.metricAlarm("a")
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "x", AlarmRule: "ALARM(a)"}))
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "y", AlarmRule: "NOT ALARM(x)"}))
	w.evaluate()
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "x", AlarmRule: "ALARM(y) OR ALARM(a)"}))
	w.set("a", "ALARM")
	w.pass(time.Minute)
	if *w.composite("x").StateValue != "OK" || *w.composite("y").StateValue != "ALARM" {
		t.Errorf("x %s, y %s", *w.composite("x").StateValue, *w.composite("y").StateValue)
	}
	// FALSE breaks the circle.
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "x", AlarmRule: "FALSE"}))
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "y", AlarmRule: "FALSE"}))
	w.evaluate()
	if c := w.composite("y"); *c.StateValue != "OK" || *c.StateReason != "arn:aws:cloudwatch:us-east-1:111122223333:alarm:y was updated and its alarm rule evaluates to OK" {
		t.Errorf("%s: %s", *c.StateValue, *c.StateReason)
	}
}

// TestDeleteAlarms_children has a composite follow when what it looks at goes.
func TestDeleteAlarms_children(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	w.metricAlarm("a")
	w.metricAlarm("s")
	w.set("a", "ALARM")
	w.set("s", "ALARM")
	w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{
		AlarmName: "c", AlarmRule: "ALARM(a)", AlarmActions: []string{topicARN}, OKActions: []string{topicARN}, ActionsSuppressor: new("s"),
		ActionsSuppressorWaitPeriod: new(int64(0)), ActionsSuppressorExtensionPeriod: new(int64(0)),
	}))
	w.evaluate()
	remove := func(name string) {
		w.must(w.at(func(c *op.Call) error {
			return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}})
		}))
		w.evaluate()
	}
	if got := w.actions(); len(got) != 0 || *w.composite("c").StateValue != "ALARM" {
		t.Errorf("%q", got)
	}
	remove("s")
	if got := w.actions(); !slices.Equal(got, []string{`ALARM: "c"`}) {
		t.Errorf("without its suppressor: %q", got)
	}
	remove("a")
	if got := w.actions(); !slices.Equal(got, []string{`ALARM: "c"`, `OK: "c"`}) {
		t.Errorf("without its child: %q", got)
	}
}

// TestSuppression is a timeline per way in which a suppressor holds actions back.
func TestSuppression(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps string // "a+" alarm, "a-" OK, numbers are seconds; s is the suppressor
		want  []string
		by    string // at the end
	}{
		"no suppressor in sight": {"a+ 59", nil, "WaitPeriod"},
		"after the wait":         {"a+ 61", []string{`ALARM: "c"`}, ""},
		"suppressed at once":     {"s+ a+ 600", nil, "Alarm"},
		"within the wait":        {"a+ 30 s+ 600", nil, "Alarm"},
		"extension":              {"s+ a+ 60 s- 119", nil, "ExtensionPeriod"},
		"after the extension":    {"s+ a+ 60 s- 121", []string{`ALARM: "c"`}, ""},
		"again in ALARM":         {"s+ a+ 60 s- 60 s+ 600", nil, "Alarm"},
		"back to OK":             {"s+ a+ 60 a- 60 s- 600", nil, ""},
		"back within the wait":   {"a+ 30 a- 600", nil, ""},
		"OK is told too":         {"a+ 61 a- 61", []string{`ALARM: "c"`, `OK: "c"`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openClocked(t)
			w.metricAlarm("a")
			w.metricAlarm("s")
			w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{AlarmName: "c", AlarmRule: "ALARM(a)"}))
			w.evaluate()
			w.must(w.putComposite(cloudwatch.PutCompositeAlarmInput{
				AlarmName: "c", AlarmRule: "ALARM(a)", AlarmActions: []string{topicARN}, OKActions: []string{topicARN}, ActionsSuppressor: new("s"),
				ActionsSuppressorWaitPeriod: new(int64(60)), ActionsSuppressorExtensionPeriod: new(int64(120)),
			}))
			w.evaluate()
			for _, step := range strings.Fields(c.steps) {
				var seconds int
				if n, _ := fmt.Sscan(step, &seconds); n == 1 {
					w.pass(time.Duration(seconds) * time.Second)
					continue
				}
				w.set(step[:1], map[byte]string{'+': "ALARM", '-': "OK"}[step[1]])
			}
			if got := w.actions(); !slices.Equal(got, c.want) {
				t.Errorf("actions %q", got)
			}
			by := ""
			if a := w.composite("c"); a.ActionsSuppressedBy != nil {
				by = *a.ActionsSuppressedBy
				if *a.ActionsSuppressedReason != "Actions suppressed by "+by {
					t.Errorf("reason %q", *a.ActionsSuppressedReason)
				}
			}
			if by != c.by {
				t.Errorf("suppressed by %q, want %q", by, c.by)
			}
		})
	}
}

func TestMuteRules(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	rule := func(name, expression, duration string, alarms ...string) error {
		in := &cloudwatch.PutAlarmMuteRuleInput{Name: name, Rule: &cloudwatch.Rule{Schedule: &cloudwatch.Schedule{Expression: expression, Duration: duration}}, Tags: []cloudwatch.Tag{{Key: "k", Value: "v"}}}
		if len(alarms) > 0 {
			in.MuteTargets = &cloudwatch.MuteTargets{AlarmNames: alarms}
		}
		return w.at(func(c *op.Call) error { return w.s.PutAlarmMuteRule(c, in) })
	}
	wantError(t, rule("x", "often", "PT1H", "a"), "ValidationError", "Invalid schedule: the cron expression must have five fields: minute, hour, day of month, month, day of week.")
	wantError(t, rule("x", "at(2026-02-01T00:00)", "PT1H", "a"), "ValidationError", "The schedule has no window in the future.")
	in := input("a")
	in.TreatMissingData, in.OKActions = new("ignore"), []string{topicARN}
	w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
	w.set("a", "OK") // one action
	w.must(rule("night", "cron(5 12 * * *)", "PT10M", "a", "a", "none"))
	w.must(rule("later", "cron(0 1 * * *)", "PT10M", "b"))

	get := func(name string) *cloudwatch.GetAlarmMuteRuleOutput {
		var out *cloudwatch.GetAlarmMuteRuleOutput
		w.must(w.at(func(c *op.Call) (err error) {
			out, err = w.s.GetAlarmMuteRule(c, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: name})
			return err
		}))
		return out
	}
	if m := get("night"); *m.Status != "SCHEDULED" || *m.AlarmMuteRuleArn != "arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night" || !slices.Equal(m.MuteTargets.AlarmNames, []string{"a", "none"}) {
		t.Errorf("%+v", m)
	}
	w.pass(6 * time.Minute) // 12:06
	if m := get("night"); *m.Status != "ACTIVE" {
		t.Errorf("status %s", *m.Status)
	}
	w.set("a", "ALARM")
	if got := w.actions(); !slices.Equal(got, []string{`OK: "a"`}) {
		t.Errorf("actions %q", got)
	}
	last := w.events.got[len(w.events.got)-1]
	if last.Type != "CloudWatch Alarm State Change" || !strings.Contains(string(last.Detail), `"muteDetail":{"mutedByArn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night","muteWindowStart":"2026-03-01T12:05:00.000+0000","muteWindowEnd":"2026-03-01T12:15:00.000+0000"}`) {
		t.Errorf("%s %s", last.Type, last.Detail)
	}
	w.pass(8*time.Minute + 59*time.Second) // 12:14:59
	if n := len(w.actions()); n != 1 {
		t.Errorf("%d actions", n)
	}
	w.pass(2 * time.Second)
	if got := w.actions(); !slices.Equal(got, []string{`ALARM: "a"`, `OK: "a"`}) {
		t.Errorf("actions %q", got)
	}
	after := false
	for _, j := range w.jobs() {
		after = after || strings.Contains(string(j.Payload), `\"ActionExecutedAfterMuteWindow\":true`)
	}
	if !after {
		t.Error("the message does not say that the action is late")
	}

	// A change that goes back within the window leaves nothing to tell; a rule that is deleted lets go at once.
	w.must(rule("now", "at(2026-03-01T12:00)", "P1D", "a"))
	w.set("a", "OK")
	w.set("a", "ALARM")
	w.pass(time.Minute)
	if n := len(w.actions()); n != 2 {
		t.Errorf("%d actions", n)
	}
	w.set("a", "OK")
	w.must(w.at(func(c *op.Call) error {
		return w.s.DeleteAlarmMuteRule(c, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: "now"})
	}))
	w.pass(time.Second)
	if n := len(w.actions()); n != 3 {
		t.Errorf("%d actions", n)
	}

	// Lists.
	names := func(in cloudwatch.ListAlarmMuteRulesInput) (out []string) {
		for {
			var next *string
			w.must(w.at(func(c *op.Call) error {
				l, err := w.s.ListAlarmMuteRules(c, &in)
				if err != nil {
					return err
				}
				for _, m := range l.AlarmMuteRuleSummaries {
					_, name, _ := strings.Cut(*m.AlarmMuteRuleArn, "alarm-mute-rule:")
					out = append(out, name+" "+*m.Status)
				}
				next = l.NextToken
				return nil
			}))
			if in.NextToken = next; next == nil {
				return out
			}
		}
	}
	if got := names(cloudwatch.ListAlarmMuteRulesInput{MaxRecords: new(int64(1))}); !slices.Equal(got, []string{"later SCHEDULED", "night SCHEDULED"}) {
		t.Errorf("%q", got)
	}
	if got := names(cloudwatch.ListAlarmMuteRulesInput{AlarmName: new("a")}); !slices.Equal(got, []string{"night SCHEDULED"}) {
		t.Errorf("%q", got)
	}
	if got := names(cloudwatch.ListAlarmMuteRulesInput{Statuses: []string{"ACTIVE"}}); len(got) != 0 {
		t.Errorf("%q", got)
	}
	wantError(t, w.at(func(c *op.Call) error {
		_, err := w.s.GetAlarmMuteRule(c, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: "now"})
		return err
	}), "ResourceNotFoundException", "The mute rule now does not exist.")
	w.must(w.at(func(c *op.Call) error {
		out, err := w.s.ListTagsForResource(c, &cloudwatch.ListTagsForResourceInput{ResourceARN: "arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night"})
		if err == nil && len(out.Tags) != 1 {
			t.Errorf("tags %v", out.Tags)
		}
		return err
	}))
}

// TestMath evaluates an alarm over an expression, from data to message.
func TestMath(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	stat := func(id, name string) cloudwatch.MetricDataQuery {
		return cloudwatch.MetricDataQuery{Id: id, ReturnData: new(false), MetricStat: &cloudwatch.MetricStat{
			Metric: &cloudwatch.Metric{Namespace: new("App"), MetricName: &name}, Period: 60, Stat: "Sum",
		}}
	}
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: "share", EvaluationPeriods: new(int64(1)), Threshold: new(50.0), ComparisonOperator: new("GreaterThanThreshold"), AlarmActions: []string{topicARN},
		Metrics: []cloudwatch.MetricDataQuery{{Id: "e", Expression: new("m / FILL(n, 2) * 100"), Label: new("share")}, stat("m", "m"), stat("n", "none")},
	}
	w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
	a := w.alarm("share")
	if a.MetricName != nil || a.Period != nil || len(a.Metrics) != 3 || *a.Metrics[0].Expression != "m / FILL(n, 2) * 100" {
		t.Errorf("%+v", a)
	}
	w.add(w.now.Add(70*time.Second), 2)
	w.pass(2*time.Minute + 3*time.Second)
	a = w.alarm("share")
	if *a.StateValue != "ALARM" || *a.StateReason != "Threshold Crossed: 1 datapoint [100.0 (01/03/26 12:01:00)] was greater than the threshold (50.0)." {
		t.Errorf("%s: %s", *a.StateValue, *a.StateReason)
	}
	if d := *a.StateReasonData; strings.Contains(d, "statistic") || strings.Contains(d, "sampleCount") || !strings.Contains(d, `"period":60`) {
		t.Errorf("%s", d)
	}
	jobs := w.jobs()
	if len(jobs) != 1 || !strings.Contains(string(jobs[0].Payload), `\"Metrics\":[{\"Expression\":\"m / FILL(n, 2) * 100\",\"Id\":\"e\",\"Label\":\"share\",\"ReturnData\":true},{\"Id\":\"m\",\"MetricStat\":{\"Metric\":{\"Dimensions\":[],\"MetricName\":\"m\",\"Namespace\":\"App\"},\"Period\":60,\"Stat\":\"Sum\"},\"ReturnData\":false}`) {
		t.Errorf("%s", jobs[0].Payload)
	}
	// It is an alarm of no one metric.
	for _, want := range []int{0, 1} {
		w.must(w.at(func(c *op.Call) error {
			out, err := w.s.DescribeAlarmsForMetric(c, &cloudwatch.DescribeAlarmsForMetricInput{MetricName: "m", Namespace: "App", Period: new(int64(60)), Statistic: new("Sum")})
			if err == nil && len(out.MetricAlarms) != want {
				t.Errorf("%d alarms, want %d", len(out.MetricAlarms), want)
			}
			return err
		}))
		w.metricAlarm("plain")
	}
	bad := *in
	bad.Metrics = []cloudwatch.MetricDataQuery{{Id: "e", Expression: new("SUM(")}}
	wantError(t, w.put(&bad), "ValidationError", "Error in expression 'e': unexpected end of the expression")
}

// TestEvents has the state change in full.
func TestEvents(t *testing.T) {
	t.Parallel()
	w := openClocked(t)
	in := input("a")
	in.AlarmDescription, in.Dimensions = new("why"), []cloudwatch.Dimension{{Name: "Pool", Value: "p"}}
	w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
	w.must(w.at(func(c *op.Call) error {
		return w.s.DisableAlarmActions(c, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"a"}})
	}))
	w.set("a", "ALARM")
	w.must(w.at(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a"}})
	}))
	if len(w.actions()) != 0 {
		t.Error("an action of an alarm whose actions are disabled")
	}
	metrics := `"metrics":[{"id":"ID","metricStat":{"metric":{"namespace":"App","name":"m","dimensions":{"Pool":"p"}},"period":60,"stat":"Sum"},"returnData":true}]`
	whole := func(enabled bool) string {
		return `{"evaluationPeriods":1,"threshold":1.0,"comparisonOperator":"GreaterThanOrEqualToThreshold",` + metrics + `,"alarmName":"a","description":"why","actionsEnabled":` +
			fmt.Sprint(enabled) + `,"timestamp":"2026-03-01T12:00:00.000+0000","okActions":[],"alarmActions":["` + topicARN + `"],"insufficientDataActions":[]}`
	}
	fresh := `{"value":"INSUFFICIENT_DATA","reason":"Unchecked: Initial alarm creation","timestamp":"2026-03-01T12:00:00.000+0000"}`
	alarmed := `{"value":"ALARM","reason":"by hand","timestamp":"2026-03-01T12:00:00.000+0000"}`
	want := []string{
		`CloudWatch Alarm Configuration Change {"alarmName":"a","operation":"create","state":` + fresh + `,"configuration":` + whole(true) + `}`,
		`CloudWatch Alarm Configuration Change {"alarmName":"a","operation":"update","state":` + fresh + `,"configuration":` + whole(false) + `,"previousConfiguration":` + whole(true) + `}`,
		`CloudWatch Alarm State Change {"alarmName":"a","state":` + alarmed + `,"previousState":` + fresh + `,"configuration":{"description":"why",` + metrics + `}}`,
		`CloudWatch Alarm State Change `,
		`CloudWatch Alarm Configuration Change {"alarmName":"a","operation":"delete","state":`,
	}
	if len(w.events.got) != len(want) {
		t.Fatalf("%d events", len(w.events.got))
	}
	for i, e := range w.events.got {
		var d struct {
			Configuration struct{ Metrics []struct{ ID string } }
		}
		w.must(json.Unmarshal(e.Detail, &d))
		got := strings.ReplaceAll(e.Type+" "+string(e.Detail), d.Configuration.Metrics[0].ID, "ID")
		if i < 3 && got != want[i] || !strings.HasPrefix(got, want[i]) {
			t.Errorf("got\n%s\nwant\n%s", got, want[i])
		}
	}
}
