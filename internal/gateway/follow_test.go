package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

// debts are the jobs that hold what calls owe.
func (w *world) debts() (out []job.Job) {
	w.Helper()
	err := w.db.View(w.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			if err != nil {
				return err
			}
			var j job.Job
			if err := json.Unmarshal(kv.Value, &j); err != nil {
				return err
			}
			out = append(out, j)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// after is an operation that writes a row and lets a call follow, or fails.
func after(failure error) func(c *op.Call, in *putInput) (*putOutput, error) {
	return func(c *op.Call, in *putInput) (*putOutput, error) {
		c.After(op.Follow{Kind: "f", Lane: "pool", Payload: json.RawMessage(`"about ` + in.Id + `"`)})
		if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
			return nil, err
		}
		return &putOutput{Echo: &in.Id}, failure
	}
}

// outcome is what a record says came of its call.
func outcome(records []string) string {
	if len(records) != 1 {
		return strings.Join(append([]string{"no one record"}, records...), " ")
	}
	e := gjson.Parse(records[0])
	return strings.TrimSpace(e.Get("errorCode").Str + " " + e.Get("errorMessage").Str + " " + e.Get("responseElements").Raw)
}

// What follows a commit follows only a commit of success, and finds the change. Its failure is the answer and in the record; the change
// stays.
func TestFollow(t *testing.T) {
	t.Parallel()
	no := &schema.Error{Code: "UserLambdaValidationException", Message: "no: jo", Recorded: "no: ***", Status: 400}
	for name, c := range map[string]struct {
		run, follow error
		panics      bool
		answer      string // error code
		calls       int
		record      string
	}{
		"done":    {record: `{"echo":"one"}`, calls: 1},
		"fails":   {follow: no, answer: no.Code, calls: 1, record: "UserLambdaValidationException no: *** null"},
		"breaks":  {follow: errors.New("detail"), answer: "InternalFailure", calls: 1, record: "InternalFailure null"},
		"panics":  {panics: true, answer: "InternalFailure", calls: 1, record: "InternalFailure null"},
		"refused": {run: &schema.Error{Code: "No", Message: "not", Status: 400}, answer: "No", record: "No not null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s store.State) store.State { return again{s} })
			calls := 0
			w.run = after(c.run)
			w.g.Followers = map[string]op.Follower{"f": func(_ context.Context, payload json.RawMessage) error {
				calls++
				owed := w.debts()
				if string(payload) != `"about one"` || w.noteText("one") != "written" || len(owed) != 1 || owed[0].Lane != "pool" || owed[0].Kind != FollowJob {
					t.Errorf("told %s, row %q, owed %v", payload, w.noteText("one"), owed)
				}
				if c.panics {
					panic("detail")
				}
				return c.follow
			}}
			_, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
			if gjson.Get(body, "__type").String() != c.answer || calls != c.calls || strings.Contains(body, "detail") {
				t.Errorf("answer %s after %d calls", body, calls)
			}
			got := outcome(records)
			if i := strings.Index(got, "InternalFailure "); i == 0 {
				got = "InternalFailure null" // its text is compared elsewhere
			}
			if got != c.record || strings.Contains(records[0], "detail") {
				t.Errorf("record %s, want %s", got, c.record)
			}
			if (w.noteText("one") == "written") != (c.run == nil) || len(w.debts()) != 0 {
				t.Errorf("row %q, owed %v", w.noteText("one"), w.debts())
			}
		})
	}
}

// A process that dies between the change and what follows, or before the outcome is durable, loses neither the call nor the record: a
// job makes the call, again if need be, and writes what came of it.
func TestFollow_crash(t *testing.T) {
	t.Parallel()
	no := &schema.Error{Code: "UserLambdaValidationException", Message: "no", Status: 400}
	for name, c := range map[string]struct {
		fault         *storetest.Plan
		follow        error
		before, after int // calls
		owed          int
		record        string
	}{
		"change not committed":                 {storetest.FailOnce(storetest.Commit, 1), nil, 0, 0, 0, ""},
		"dies before the call":                 {storetest.FailOnce(storetest.CommitUnknown, 1), nil, 0, 1, 1, `{"echo":"one"}`},
		"dies before the call, which fails":    {storetest.FailOnce(storetest.CommitUnknown, 1), no, 0, 1, 1, "UserLambdaValidationException no null"},
		"dies between the call and its record": {storetest.FailOnce(storetest.Commit, 2), nil, 1, 2, 1, `{"echo":"one"}`},
		"dies between the record and the end":  {storetest.FailOnce(storetest.CommitUnknown, 2), nil, 1, 1, 0, `{"echo":"one"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s store.State) store.State { return storetest.Faulty(s, c.fault) })
			calls := 0
			w.run = after(nil)
			w.g.Followers = map[string]op.Follower{"f": func(context.Context, json.RawMessage) error {
				calls++
				return c.follow
			}}
			_, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
			owed := w.debts()
			if gjson.Get(body, "__type").String() != "InternalFailure" || calls != c.before || len(owed) != c.owed {
				t.Errorf("answer %s after %d calls, owed %v", body, calls, owed)
			}
			for _, j := range owed {
				if wait := j.Due - testNow.UnixMilli(); wait != (w.g.Limits.OutsideTime + followSlack).Milliseconds() {
					t.Errorf("due after %d ms, while the request may be at work", wait)
				}
				if err := w.g.FollowUp(t.Context(), j); err != nil {
					t.Error(err)
				}
				taken, err := w.db.Take(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range taken {
					records = append(records, string(r.Data))
				}
			}
			got := ""
			if len(records) > 0 {
				got = outcome(records)
			}
			if calls != c.after || got != c.record || len(w.debts()) != 0 {
				t.Errorf("%d calls, record %s, want %s; owed %v", calls, got, c.record, w.debts())
			}
		})
	}
}

// A call that a runner took for left behind has one record, the runner's, and is answered as failed; a debt that is given up has one too.
func TestFollow_leftBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	nested := false
	w.run = after(nil)
	w.g.Followers = map[string]op.Follower{"f": func(ctx context.Context, _ json.RawMessage) error {
		if nested {
			return nil
		}
		nested = true
		return w.g.FollowUp(ctx, w.debts()[0])
	}}
	_, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if gjson.Get(body, "__type").String() != "InternalFailure" || outcome(records) != `{"echo":"one"}` {
		t.Errorf("answer %s, records %v", body, records)
	}

	w.g.State = storetest.Faulty(w.db, storetest.FailOnce(storetest.CommitUnknown, 1))
	w.call(w.request("Put", "AKIAROOT", `{"Id":"two"}`))
	owed := w.debts()
	if len(owed) != 1 {
		t.Fatalf("owed %v", owed)
	}
	err := w.db.Update(t.Context(), func(tx store.Tx) error { return w.g.FollowGivenUp(tx, testNow, owed[0]) })
	taken, terr := w.db.Take(t.Context(), 10)
	if err != nil || terr != nil || len(taken) != 1 || gjson.GetBytes(taken[0].Data, "errorCode").Str != "InternalFailure" {
		t.Errorf("%v, %v, %v", taken, err, terr)
	}
}
