package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/schedule"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// fake is package insight: it remembers what was started.
type fake struct {
	launched       []schedule.Launch
	fails          error
	status, reason string // of all queries, Complete if empty
}

func (f *fake) Launch(_ store.Tx, l schedule.Launch) (string, error) {
	if f.fails != nil {
		return "", f.fails
	}
	f.launched = append(f.launched, l)
	return fmt.Sprintf("q%d", len(f.launched)), nil
}

func (f *fake) Outcome(store.Tx, string, string, string) (string, string, bool, error) {
	if f.status == "" {
		return "Complete", "", true, nil
	}
	return f.status, f.reason, f.status != "gone", nil
}

func (f *fake) Result(store.Tx, string, string, string) (*schedule.Result, error) {
	return &schedule.Result{Rows: [][]schedule.Field{{{Field: "count(*)", Value: "<7>"}}}, Statistics: schedule.Statistics{RecordsMatched: 7}}, nil
}

// bucket remembers what was put; refusal is its answer.
type bucket struct {
	put     []schedule.Object
	asked   []schedule.Object
	refusal error
}

func (b *bucket) Check(_ store.Tx, o schedule.Object) error {
	b.asked = append(b.asked, o)
	return b.refusal
}

func (b *bucket) Put(_ context.Context, o schedule.Object) error {
	if b.refusal == nil {
		b.put = append(b.put, o)
	}
	return b.refusal
}

type world struct {
	*logstest.World
	svc     *schedule.Service
	queries *fake
	bucket  *bucket
	role    error
	may     bool
}

func newWorld(t *testing.T) *world {
	w := &world{World: logstest.New(t), queries: &fake{}, bucket: &bucket{}, may: true}
	w.svc = &schedule.Service{State: w.State, Tokens: w.Vault, Queries: w.queries, Buckets: w.bucket, Now: w.Now,
		Role: func(store.Tx, string, string, string, string, []string) error { return w.role }}
	return w
}

// do is Do with permissions.
func (w *world) do(run func(c *op.Call) error) error {
	_, err := w.Do(func(c *op.Call) error {
		c.Allowed = func(_, _, _, _ string) (bool, error) { return w.may, nil }
		return run(c)
	})
	return err
}

func input() *api.CreateScheduledQueryInput {
	return &api.CreateScheduledQueryInput{Name: "hourly", QueryLanguage: "CWLI", QueryString: "stats count(*)", LogGroupIdentifiers: []string{"trail"},
		ScheduleExpression: "cron(0 * * * ? *)", ExecutionRoleArn: "arn:aws:iam::111122223333:role/r"}
}

func (w *world) create(in *api.CreateScheduledQueryInput) (arn string, err error) {
	err = w.do(func(c *op.Call) error {
		out, err := w.svc.CreateScheduledQuery(c, in)
		if err == nil {
			arn = *out.ScheduledQueryArn
		}
		return err
	})
	return arn, err
}

// fire runs the job of an instant, as the job queue does, perhaps twice.
func (w *world) fire(arn string, at time.Time) {
	w.T.Helper()
	id := arn[strings.LastIndexByte(arn, ':')+1:]
	raw, err := json.Marshal(map[string]any{"Account": logstest.Account, "Region": logstest.Region, "ID": id, "At": at.UnixMilli()})
	if err != nil {
		w.T.Fatal(err)
	}
	if err := w.svc.Run(w.T.Context(), job.Job{Payload: raw}); err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) history(name string) (lines []string) {
	w.T.Helper()
	err := w.do(func(c *op.Call) error {
		out, err := w.svc.GetScheduledQueryHistory(c, &api.GetScheduledQueryHistoryInput{Identifier: name, StartTime: 0, EndTime: w.MS()})
		if err != nil {
			return err
		}
		for _, r := range out.TriggerHistory {
			line := *r.ExecutionStatus
			if r.QueryId != nil {
				line += " " + *r.QueryId
			}
			if r.ErrorMessage != nil {
				line += " " + *r.ErrorMessage
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return lines
}

func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arn, err := w.create(input())
	if err != nil {
		t.Fatal(err)
	}
	at := w.Clock.Add(time.Hour)
	w.Advance(time.Hour)
	w.fire(arn, at)
	w.fire(arn, at) // the job runs again after a crash
	if len(w.queries.launched) != 1 {
		t.Fatalf("%d queries", len(w.queries.launched))
	}
	if l := w.queries.launched[0]; !l.Start.Equal(at.Add(-time.Hour)) || !l.End.Equal(at.Add(time.Millisecond)) || l.Groups[0] != "trail" {
		t.Errorf("%+v", l)
	}
	w.Advance(time.Hour)
	w.role = errors.New("not trusted")
	w.fire(arn, w.Clock)
	w.Advance(time.Hour)
	w.role, w.queries.fails = nil, fmt.Errorf("%w: no", schedule.ErrQuery)
	w.fire(arn, w.Clock)
	if got := strings.Join(w.history("hourly"), "; "); got != "Complete q1; Failed not trusted; InvalidQuery the query is not valid: no" {
		t.Errorf("history %s", got)
	}
	err = w.do(func(c *op.Call) error {
		got, err := w.svc.GetScheduledQuery(c, &api.GetScheduledQueryInput{Identifier: arn})
		if err == nil && (*got.LastExecutionStatus != "InvalidQuery" || *got.LastTriggeredTime != w.MS()) {
			t.Errorf("%+v", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	// Switched off, nothing is triggered any more; deleted, neither.
	in := &api.UpdateScheduledQueryInput{Identifier: "hourly", QueryLanguage: "CWLI", QueryString: "fields a", ScheduleExpression: "rate(5 minutes)",
		ExecutionRoleArn: "arn:aws:iam::111122223333:role/r", State: new("DISABLED")}
	if err := w.do(func(c *op.Call) error { _, err := w.svc.UpdateScheduledQuery(c, in); return err }); err != nil {
		t.Fatal(err)
	}
	w.queries.fails = nil
	w.Advance(time.Hour)
	w.fire(arn, w.Clock)
	if len(w.queries.launched) != 1 {
		t.Error("triggered while switched off")
	}
	err = w.do(func(c *op.Call) error {
		_, err := w.svc.DeleteScheduledQuery(c, &api.DeleteScheduledQueryInput{Identifier: arn})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.fire(arn, w.Clock)
	err = w.do(func(c *op.Call) error {
		out, err := w.svc.ListScheduledQueries(c, &api.ListScheduledQueriesInput{})
		if err == nil && len(out.ScheduledQueries) != 0 {
			t.Errorf("%+v", out)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestScheduledQueries_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arn, err := w.create(input())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.create(input())
	logstest.Refused(t, err, "ConflictException", "A scheduled query with the name hourly already exists.")
	edit := func(change func(in *api.CreateScheduledQueryInput)) error {
		in := input()
		in.Name = "other"
		change(in)
		_, err := w.create(in)
		return err
	}
	logstest.Refused(t, edit(func(in *api.CreateScheduledQueryInput) { in.QueryLanguage = "SQL" }), "ValidationException", "The query language SQL is not supported by this server.")
	logstest.Refused(t, edit(func(in *api.CreateScheduledQueryInput) { in.ScheduleExpression = "at(x)" }), "ValidationException",
		"the schedule expression is not valid: want cron(minutes hours day-of-month month day-of-week year)")
	logstest.Refused(t, edit(func(in *api.CreateScheduledQueryInput) { in.Timezone = new("Nowhere/Land") }), "ValidationException", "Unknown time zone: Nowhere/Land")
	w.role = errors.New("not trusted")
	logstest.Refused(t, edit(func(*api.CreateScheduledQueryInput) {}), "ValidationException", "not trusted")
	w.role, w.may = nil, false
	if err := edit(func(*api.CreateScheduledQueryInput) {}); err == nil || !strings.Contains(err.Error(), "iam:PassRole") {
		t.Errorf("a role that may not be passed: %v", err)
	}
	err = w.do(func(c *op.Call) error {
		_, err := w.svc.GetScheduledQuery(c, &api.GetScheduledQueryInput{Identifier: arn})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "logs:GetScheduledQuery") {
		t.Errorf("by one who may not: %v", err)
	}
	w.may = true
	for _, id := range []string{"none", strings.Replace(arn, logstest.Account, "999999999999", 1)} {
		err := w.do(func(c *op.Call) error {
			_, err := w.svc.DeleteScheduledQuery(c, &api.DeleteScheduledQueryInput{Identifier: id})
			return err
		})
		logstest.Refused(t, err, "ResourceNotFoundException", "The specified scheduled query does not exist.")
	}
}
