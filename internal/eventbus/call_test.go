package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/eventbus"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	function = "arn:aws:lambda:us-east-1:111122223333:function:f"
	logGroup = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/all"
	orders   = `{"source":["shop"]}`
)

// functions remembers what it was called with; failure is its answer.
type functions struct {
	got     []string
	failure error
}

func (f *functions) Invoke(_ context.Context, function string, payload []byte) error {
	f.got = append(f.got, function+" "+string(payload))
	return f.failure
}

// groups remembers what was written; refusal is its answer.
type groups struct {
	got     []eventbus.LogEvent
	refusal error
}

func (g *groups) Write(_ store.Tx, _ time.Time, e eventbus.LogEvent) error {
	if g.refusal == nil {
		g.got = append(g.got, e)
	}
	return g.refusal
}

func (w *world) order(detail string) {
	w.t.Helper()
	out, err := run(w, w.s.PutEvents, events.PutEventsInput{Entries: []events.PutEventsRequestEntry{{Source: new("shop"), DetailType: new("order"), Detail: &detail}}})
	if err != nil || *out.FailedEntryCount != 0 {
		w.t.Fatal(err, out)
	}
}

// calls runs the jobs that are there, each as if it were its nth attempt, and returns their errors by job. Each waits in the lane of its
// function, so that one that hangs does not delay others.
func (w *world) calls(attempt int) (failed map[string]error) {
	w.t.Helper()
	failed = map[string]error{}
	for _, j := range w.jobs() {
		if j.Kind != eventbus.CallJobKind {
			continue
		}
		if j.Lane != function {
			w.t.Errorf("a call waits in the lane %q", j.Lane)
		}
		j.Attempt = attempt
		if err := w.runner.Call(w.t.Context(), j); err != nil {
			failed[j.ID] = err
			continue
		}
		w.must(w.db.Update(w.t.Context(), func(tx store.Tx) error { return tx.Delete("jobs", store.K(j.ID)) }))
	}
	return failed
}

func (w *world) rows(table string) (n int) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) error {
		n = 0
		for kv, err := range tx.Scan(table, nil, nil, false) {
			if err != nil {
				return err
			}
			if strings.Contains(string(kv.Value), "number") {
				w.t.Errorf("%s holds an event in the clear: %s", table, kv.Value)
			}
			n++
		}
		return nil
	}))
	return n
}

func (w *world) nothingWaits() {
	w.t.Helper()
	if n := w.rows("eventbus.call") + w.rows("eventbus.waiting"); n != 0 {
		w.t.Errorf("%d rows wait", n)
	}
}

// TestCall goes from an event to a function: sealed, once, counted.
func TestCall(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("r", orders, "ENABLED", events.Target{Arn: function, InputTransformer: &events.InputTransformer{
		InputPathsMap: map[string]string{"n": "$.detail.number"}, InputTemplate: `"order <n>"`,
	}})
	w.order(`{"number":7}`)
	w.deliver()
	if len(w.functions.got) != 0 || w.rows("eventbus.call") != 1 || w.rows("jobs") != 2 {
		t.Fatalf("%q", w.functions.got)
	}
	if failed := w.calls(1); len(failed) != 0 {
		t.Fatal(failed)
	}
	if !slices.Equal(w.functions.got, []string{function + ` "order 7"`}) {
		t.Errorf("%q", w.functions.got)
	}
	w.nothingWaits()
	if want := map[string]int{"TriggeredRules r": 1, "Invocations r": 1}; !maps.Equal(w.metrics, want) {
		t.Errorf("%v", w.metrics)
	}
}

// TestCall_retries: a failure that may pass is tried again as long as the policy says, another is not, and each is counted once.
func TestCall_retries(t *testing.T) {
	t.Parallel()
	passing := errors.New("nobody answers")
	for name, tc := range map[string]struct {
		policy   *events.RetryPolicy
		failure  error
		attempts []int
		later    time.Duration
		calls    int // of the function
		again    bool
	}{
		"fails once":         {nil, passing, []int{1}, 0, 1, true},
		"refuses for good":   {nil, job.Final(errors.New("no such function")), []int{1}, 0, 1, false},
		"no retries":         {&events.RetryPolicy{MaximumRetryAttempts: new(int64(0))}, passing, []int{1}, 0, 1, false},
		"two retries":        {&events.RetryPolicy{MaximumRetryAttempts: new(int64(2))}, passing, []int{1, 2, 3}, 0, 3, false},
		"too old":            {&events.RetryPolicy{MaximumEventAgeInSeconds: new(int64(60))}, passing, []int{1}, 61 * time.Second, 0, false},
		"too old at last":    {nil, passing, []int{1}, 24*time.Hour + time.Second, 0, false},
		"young enough":       {&events.RetryPolicy{MaximumEventAgeInSeconds: new(int64(60))}, nil, []int{1}, 60 * time.Second, 1, false},
		"a new job goes on":  {nil, passing, []int{12, 1}, 0, 2, true},
		"jobs add up":        {&events.RetryPolicy{MaximumRetryAttempts: new(int64(13))}, passing, []int{12, 1, 2}, 0, 3, false},
		"not before the sum": {&events.RetryPolicy{MaximumRetryAttempts: new(int64(14))}, passing, []int{12, 1, 2}, 0, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.rule("r", orders, "ENABLED", events.Target{Arn: function, RetryPolicy: tc.policy})
			w.order(`{"number":7}`)
			w.deliver()
			w.now = noon.Add(tc.later)
			w.functions.failure = tc.failure
			for _, n := range tc.attempts {
				w.calls(n)
			}
			if len(w.functions.got) != tc.calls {
				t.Errorf("%d calls", len(w.functions.got))
			}
			failed := 1
			if tc.again {
				if w.rows("eventbus.call") != 1 || w.rows("eventbus.waiting") != 1 {
					t.Error("the call is over")
				}
				w.functions.failure = nil
				w.calls(1)
			}
			if tc.again || tc.failure == nil {
				failed = 0
			}
			w.nothingWaits()
			if w.metrics["Invocations r"] != 1 || w.metrics["FailedInvocations r"] != failed {
				t.Errorf("%v", w.metrics)
			}
		})
	}
}

// TestCall_gone: what waits for a target that was removed, or of a job that was given up, is over.
func TestCall_gone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("r", orders, "ENABLED", events.Target{Arn: function})
	w.order(`{}`)
	w.deliver()
	_, err := run(w, w.s.RemoveTargets, events.RemoveTargetsInput{Rule: "r", Ids: []string{"t"}})
	w.must(err)
	if failed := w.calls(1); len(failed) != 0 || len(w.functions.got) != 0 {
		t.Errorf("%v, %q", failed, w.functions.got)
	}
	w.nothingWaits()
	if w.metrics["Invocations r"] != 0 {
		t.Errorf("%v", w.metrics)
	}
	w.forget()
	w.rule("r", orders, "ENABLED", events.Target{Arn: function})
	w.order(`{}`)
	w.deliver()
	for range 2 { // the second finds nothing
		w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
			for _, j := range w.jobs() {
				if j.Kind != eventbus.CallJobKind {
					continue
				}
				if err := w.runner.CallGivenUp(tx, noon, j); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	w.nothingWaits()
	if w.metrics["FailedInvocations r"] != 1 {
		t.Errorf("%v", w.metrics)
	}
}

// TestCall_full: more than 1,000 events do not wait for a target.
func TestCall_full(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("r", orders, "ENABLED", events.Target{Arn: function})
	entries := make([]events.PutEventsRequestEntry, 1003)
	for i := range entries {
		entries[i] = events.PutEventsRequestEntry{Source: new("shop"), DetailType: new("order"), Detail: new(`{}`)}
	}
	_, err := run(w, w.s.PutEvents, events.PutEventsInput{Entries: entries})
	w.must(err)
	w.deliver()
	if n := w.rows("eventbus.call"); n != 1000 || w.metrics["FailedInvocations r"] != 3 || w.metrics["Invocations r"] != 3 {
		t.Errorf("%d wait, %v", n, w.metrics)
	}
	w.calls(1)
	w.nothingWaits()
	if w.metrics["Invocations r"] != 1003 {
		t.Errorf("%v", w.metrics)
	}
}

func TestLogGroup(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("whole", orders, "ENABLED", events.Target{Arn: logGroup + ":*"})
	w.rule("said", orders, "ENABLED", events.Target{Arn: logGroup, InputTransformer: &events.InputTransformer{
		InputPathsMap: map[string]string{"n": "$.detail.number"}, InputTemplate: `{"timestamp": "2026-02-28T00:00:00Z", "message": "order <n>"}`,
	}})
	w.rule("fixed", orders, "ENABLED", events.Target{Arn: logGroup, Input: new(`{"timestamp": 1000, "message": "long ago"}`)})
	w.rule("wrong", orders, "ENABLED", events.Target{Arn: logGroup, InputTransformer: &events.InputTransformer{InputTemplate: `"text"`}})
	w.order(`{"number":7}`)
	w.order(`{"number":8}`)
	w.deliver()
	if len(w.groups.got) != 6 || w.metrics["FailedInvocations wrong"] != 2 || w.metrics["Invocations whole"] != 2 {
		t.Fatalf("%+v, %v", w.groups.got, w.metrics)
	}
	streams := map[string]bool{}
	for _, e := range w.groups.got {
		streams[e.Stream] = true
		if e.Group != "/aws/events/all" || e.Account != account || e.Region != region {
			t.Errorf("%+v", e)
		}
		switch e.Rule {
		case "arn:aws:events:us-east-1:111122223333:rule/whole":
			if !strings.HasPrefix(e.Message, `{"version":"0","id":"`) || !e.Time.Equal(noon) {
				t.Errorf("%+v", e)
			}
		case "arn:aws:events:us-east-1:111122223333:rule/said":
			if !strings.HasPrefix(e.Message, "order ") || !e.Time.Equal(time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("%+v", e)
			}
		default:
			if e.Message != "long ago" || !e.Time.Equal(noon) { // log groups do not take 1970
				t.Errorf("%+v", e)
			}
		}
	}
	if len(streams) != 3 {
		t.Errorf("streams %v; each target has one a day", streams)
	}
	// A group that refuses for good ends the matter; any other failure does not.
	w.groups.refusal = &schema.Error{Code: "AccessDeniedException", Message: "no"}
	w.deliver()
	if w.metrics["FailedInvocations whole"] != 2 {
		t.Errorf("%v", w.metrics)
	}
	w.groups.refusal = errors.New("the disk is full")
	if err := w.runner.Run(t.Context(), w.jobs()[0]); err == nil {
		t.Error("a failure that may pass was taken for an end")
	}
}

func TestPutTargets_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("r", orders, "ENABLED", events.Target{})
	for i, tc := range []struct {
		target events.Target
		want   string
	}{
		{events.Target{Arn: "arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:s"}, "This server calls Amazon SNS topics, CloudWatch Logs log groups and AWS Lambda functions only."},
		{events.Target{Arn: "arn:aws:lambda:us-east-1:111122223333:layer:l"}, "This server calls Amazon SNS topics, CloudWatch Logs log groups and AWS Lambda functions only."},
		{events.Target{Arn: "arn:aws:lambda:us-east-1:999988887777:function:f"}, "The target must be of the rule's account and Region."},
		{events.Target{Arn: "arn:aws:logs:eu-west-1:111122223333:log-group:g"}, "The target must be of the rule's account and Region."},
		{events.Target{Arn: alerts, RoleArn: new("arn:aws:iam::111122223333:role/r")}, "RoleArn is not supported for target " + alerts + "."},
		{events.Target{Arn: function, DeadLetterConfig: &events.DeadLetterConfig{Arn: new("arn:aws:sqs:us-east-1:111122223333:q")}}, "DeadLetterConfig is not supported by this server: it has no Amazon SQS queues."},
		{events.Target{Arn: function, HttpParameters: &events.HttpParameters{}}, "HttpParameters is not supported for target " + function + "."},
		{events.Target{Arn: logGroup, InputPath: new("$.detail")}, "InputPath is not supported for CloudWatch Logs targets."},
		{events.Target{Arn: logGroup, Input: new(`{"message":"x"}`)}, `Invalid Input: a log group takes an object of "timestamp" and "message" only`},
		{events.Target{Arn: logGroup, Input: new(`{"timestamp":"noon","message":"x"}`)}, "Invalid Input: the timestamp is neither milliseconds nor a time of RFC 3339"},
		{events.Target{Arn: function, InputTransformer: &events.InputTransformer{InputPathsMap: map[string]string{"aws.x": "$"}, InputTemplate: "1"}}, "Invalid InputPathsMap key: aws.x"},
	} {
		tc.target.Id = fmt.Sprint(i)
		out, err := run(w, w.s.PutTargets, events.PutTargetsInput{Rule: "r", Targets: []events.Target{tc.target}})
		if err != nil || len(out.FailedEntries) != 1 || *out.FailedEntries[0].ErrorMessage != tc.want || *out.FailedEntries[0].ErrorCode != "ValidationException" {
			t.Errorf("%d: %+v, %v", i, out, err)
		}
	}
	s := eventbus.New(eventbus.Deps{})
	out, err := run(w, s.PutTargets, events.PutTargetsInput{Rule: "r", Targets: []events.Target{{Id: "f", Arn: function}}})
	if err != nil || *out.FailedEntries[0].ErrorMessage != "This server is not told where Lambda functions run." {
		t.Errorf("%+v, %v", out, err)
	}
}
