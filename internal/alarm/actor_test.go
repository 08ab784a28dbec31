package alarm_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// counting counts how often values are read.
type counting struct{ n *int }

func (c counting) Points(string, string, string, string, []series.Dimension, string, time.Time, time.Time, time.Duration) ([]series.Bucket, error) {
	*c.n++
	return nil, nil
}

func (c counting) Math(string, string, []cloudwatch.MetricDataQuery, time.Time, time.Time, time.Time) ([]expression.Point, error) {
	*c.n++
	return nil, nil
}

// alarmed makes an alarm that has just gone into ALARM, with its job.
func alarmed(t *testing.T, change func(*cloudwatch.PutMetricAlarmInput)) *world {
	t.Helper()
	w := open(t)
	in := input("Forgot <x>")
	in.AlarmDescription = new("too many resets")
	in.Dimensions = []cloudwatch.Dimension{{Name: "UserPool", Value: "p"}}
	change(in)
	at := time.Date(2026, 3, 1, 0, 6, 12, 345e6, time.UTC)
	w.must(w.call(func(c *op.Call) error {
		c.Now = at.Add(-time.Minute)
		return w.s.PutMetricAlarm(c, in)
	}))
	w.must(w.call(func(c *op.Call) error {
		c.Now = at
		return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: in.AlarmName, StateValue: "ALARM", StateReason: "why", StateReasonData: new(`{"a":1}`)})
	}))
	return w
}

func TestActor(t *testing.T) {
	t.Parallel()
	w := alarmed(t, func(*cloudwatch.PutMetricAlarmInput) {})
	a := &alarm.Actor{State: w.db, Topics: w.topics}
	j := w.jobs()[0]
	w.must(a.Run(t.Context(), j))
	w.must(a.Run(t.Context(), j)) // the job repeats, its effect does not
	want := topicARN + "\n" + `ALARM: "Forgot <x>" in US East (N. Virginia)` + "\n" +
		`{"AlarmName":"Forgot <x>","AlarmDescription":"too many resets","AWSAccountId":"111122223333",` +
		`"AlarmConfigurationUpdatedTimestamp":"2026-03-01T00:05:12.345+0000","NewStateValue":"ALARM","NewStateReason":"why",` +
		`"StateChangeTime":"2026-03-01T00:06:12.345+0000","Region":"US East (N. Virginia)","AlarmArn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:Forgot <x>",` +
		`"OldStateValue":"INSUFFICIENT_DATA","OKActions":[],"AlarmActions":["` + topicARN + `"],"InsufficientDataActions":[],"ActionExecutedAfterMuteWindow":false,` +
		`"Trigger":{"MetricName":"m","Namespace":"App","StatisticType":"Statistic","Statistic":"SUM","Unit":null,"Dimensions":[{"value":"p","name":"UserPool"}],` +
		`"Period":60,"EvaluationPeriods":1,"ComparisonOperator":"GreaterThanOrEqualToThreshold","Threshold":1.0,"TreatMissingData":"missing","EvaluateLowSampleCountPercentile":""}}`
	if !slices.Equal(w.topics.published, []string{want}) {
		t.Errorf("published %q\nwant %q", w.topics.published, want)
	}
	got := w.history(cloudwatch.DescribeAlarmHistoryInput{})
	if !slices.Equal(got, []string{"Successfully executed action " + topicARN, "Alarm updated from INSUFFICIENT_DATA to ALARM", `Alarm "Forgot <x>" created`}) {
		t.Errorf("history %q", got)
	}
	w.must(w.call(func(c *op.Call) error {
		out, err := w.s.DescribeAlarmHistory(c, &cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: new("StateUpdate")})
		if err != nil {
			return err
		}
		const want = `{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},"newState":{"stateValue":"ALARM","stateReason":"why","stateReasonData":{"a":1}}}`
		if got := *out.AlarmHistoryItems[0].HistoryData; got != want {
			t.Errorf("history data %s", got)
		}
		return nil
	}))
}

func TestActor_failures(t *testing.T) {
	t.Parallel()
	refused := func(f *fakeTopics) {
		f.refusal = &schema.Error{Code: "NotFoundException", Message: "Topic does not exist"}
	}
	for name, c := range map[string]struct {
		action string
		fail   func(*fakeTopics)
		again  bool
		want   string
	}{
		"refused":     {topicARN, refused, false, "Failed to execute action " + topicARN + `. Received error: "Topic does not exist"`},
		"unreachable": {topicARN, func(f *fakeTopics) { f.failure = errors.New("broken") }, true, ""},
		"no topic": {"arn:aws:lambda:us-east-1:111122223333:function:f", func(*fakeTopics) {}, false,
			"Failed to execute action arn:aws:lambda:us-east-1:111122223333:function:f. Received error: \"This server runs actions of Amazon SNS topics, and of Lambda functions if it is told how.\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := alarmed(t, func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = []string{c.action} })
			c.fail(w.topics)
			err := (&alarm.Actor{State: w.db, Topics: w.topics}).Run(t.Context(), w.jobs()[0])
			if (err != nil) != c.again {
				t.Errorf("error %v", err)
			}
			got := strings.Join(w.history(cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: new("Action")}), "|")
			if got != c.want || len(w.topics.published) != 0 {
				t.Errorf("history %q, published %q", got, w.topics.published)
			}
		})
	}
}

func TestActor_extendedStatistic(t *testing.T) {
	t.Parallel()
	w := alarmed(t, func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic, in.ExtendedStatistic = nil, new("p90") })
	w.must((&alarm.Actor{State: w.db, Topics: w.topics}).Run(t.Context(), w.jobs()[0]))
	var m struct{ Trigger map[string]any }
	body := strings.SplitN(w.topics.published[0], "\n", 3)[2]
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	if m.Trigger["StatisticType"] != "ExtendedStatistic" || m.Trigger["ExtendedStatistic"] != "p90" || m.Trigger["Statistic"] != nil {
		t.Errorf("%v", m.Trigger)
	}
}

// lambdas remembers calls; failure is their answer.
type lambdas struct {
	got     []string
	failure error
}

func (l *lambdas) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	if l.failure != nil {
		return nil, l.failure
	}
	l.got = append(l.got, function+" "+string(payload))
	return nil, nil
}

// TestActor_lambda calls a function with the change of state, and none of another account.
func TestActor_lambda(t *testing.T) {
	t.Parallel()
	const function, foreign = "arn:aws:lambda:us-east-1:111122223333:function:f", "arn:aws:lambda:us-east-1:999988887777:function:f"
	w := alarmed(t, func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = []string{function, foreign} })
	f := &lambdas{failure: errors.New("nobody answers")}
	a := &alarm.Actor{State: w.db, Topics: w.topics, Functions: f}
	run := func() (failures int) {
		for _, j := range w.jobs() {
			if a.Run(t.Context(), j) != nil {
				failures++
			}
		}
		return failures
	}
	if n := run(); n != 1 {
		t.Errorf("%d failures, want that of the own function, to be tried again", n)
	}
	f.failure = nil
	if n := run() + run(); n != 0 || len(f.got) != 1 {
		t.Fatalf("%d failures, %d calls", n, len(f.got))
	}
	name, payload, _ := strings.Cut(f.got[0], " ")
	var e struct {
		Source, AlarmArn, AccountID, Time, Region string
		AlarmData                                 struct {
			AlarmName            string
			State, PreviousState struct{ Value, Reason, ReasonData, Timestamp string }
			Configuration        struct {
				Description string
				Metrics     []struct {
					ID         string
					ReturnData bool
					MetricStat struct {
						Period int
						Stat   string
						Metric struct {
							Namespace, Name string
							Dimensions      map[string]string
						}
					}
				}
			}
		}
	}
	w.must(json.Unmarshal([]byte(payload), &e))
	d := e.AlarmData
	if name != function || e.Source != "aws.cloudwatch" || e.AccountID != account || e.Time != "2026-03-01T00:06:12.345+0000" || d.AlarmName != "Forgot <x>" ||
		d.State.Value != "ALARM" || d.State.ReasonData != `{"a":1}` || d.PreviousState.Value != "INSUFFICIENT_DATA" || d.PreviousState.Reason == "" ||
		d.Configuration.Description != "too many resets" || d.Configuration.Metrics[0].MetricStat.Metric.Dimensions["UserPool"] != "p" {
		t.Errorf("%s", payload)
	}
	got := w.history(cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: new("Action")})
	slices.Sort(got)
	want := []string{"Failed to execute action " + foreign + `. Received error: "The function must be of the alarm's account and Region."`, "Successfully executed action " + function}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestGivenUp leaves an entry of an action that failed until it was given up, and none of one that got through.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	const function = "arn:aws:lambda:us-east-1:111122223333:function:f"
	for name, c := range map[string]struct {
		failure error
		want    string
	}{
		"failed":      {errors.New("function failed: no"), "Failed to execute action " + function + `. Received error: "function failed: no"`},
		"got through": {nil, "Successfully executed action " + function},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := alarmed(t, func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = []string{function} })
			a := &alarm.Actor{State: w.db, Topics: w.topics, Functions: &lambdas{failure: c.failure}}
			j := w.jobs()[0]
			if err := a.Run(t.Context(), j); err != nil {
				j.LastError = err.Error()
			}
			for range 2 {
				w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return alarm.GivenUp(tx, time.Now(), j) }))
			}
			if got := w.history(cloudwatch.DescribeAlarmHistoryInput{HistoryItemType: new("Action")}); !slices.Equal(got, []string{c.want}) {
				t.Errorf("history %q", got)
			}
		})
	}
	w := open(t)
	w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return alarm.GivenUp(tx, time.Now(), job.Job{ID: "x", Payload: []byte("[")}) }))
}
