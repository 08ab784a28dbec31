package userimport_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/fsblob"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
)

const (
	role = "arn:aws:iam::123456789012:role/service-role/import"
	base = "http://localhost:4700/_userimport/users.csv"
)

// world is one server's imports.
type world struct {
	*pooltest.World
	s      *userimport.Service
	logs   *logs
	passes bool // iam:PassRole
}

func newWorld(t testing.TB) *world { return over(t, mem.New()) }

func over(t testing.TB, state store.State) *world {
	blobs, err := fsblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{World: pooltest.Over(t, state), logs: &logs{}, passes: true}
	w.s = userimport.New(w.S.Realm, userimport.Deps{State: state, Blobs: blobs, Logs: w.logs, Now: w.Now, URL: base})
	return w
}

// logs keeps lines as rows, so that those of an undone transaction are gone.
type logs struct{ fault error }

type entry struct {
	N    int64
	At   userimport.Place
	Line string
}

var entries = store.Table[entry]{Name: "test.log", Key: func(e *entry) store.Key { return store.K(e.N) }}

func (l *logs) Check(store.Tx, userimport.Place) error { return l.fault }

func (l *logs) Write(tx store.Tx, at userimport.Place, _ time.Time, lines []string) error {
	if l.fault != nil {
		return l.fault
	}
	var n int64
	for e, err := range entries.Scan(tx, nil, nil) {
		if err != nil {
			return err
		}
		n = e.N + 1
	}
	for i, line := range lines {
		if err := entries.Insert(tx, &entry{n + int64(i), at, line}); err != nil {
			return err
		}
	}
	return nil
}

// log is what was logged, in order.
func (w *world) log() (out []entry) {
	w.T.Helper()
	w.View(func(tx store.Tx) error {
		for e, err := range entries.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, *e)
		}
		return nil
	})
	return out
}

func (w *world) lines() (out []string) {
	for _, e := range w.log() {
		out = append(out, e.Line)
	}
	return out
}

// with gives calls the world's answer about iam:PassRole.
func with[In, Out any](w *world, run func(*op.Call, *In) (*Out, error)) func(*op.Call, *In) (*Out, error) {
	return func(c *op.Call, in *In) (*Out, error) {
		c.Allowed = func(action, resource, account, _ string) (bool, error) {
			if action != "iam:PassRole" || resource != role || account != c.Account {
				return false, errors.New("asked about " + action + " on " + resource)
			}
			return w.passes, nil
		}
		return run(c, in)
	}
}

func (w *world) create(pool string) (*cognitoidp.UserImportJobType, pooltest.Result) {
	out, res := pooltest.Do(w.World, with(w, w.s.CreateUserImportJob), &cognitoidp.CreateUserImportJobInput{JobName: "staff 1", UserPoolId: pool, CloudWatchLogsRoleArn: role})
	if res.Err != nil {
		return nil, res
	}
	return out.UserImportJob, res
}

func (w *world) created(pool string) *cognitoidp.UserImportJobType {
	w.T.Helper()
	j, res := w.create(pool)
	if res.Err != nil {
		w.T.Fatal(res.Err)
	}
	return j
}

func (w *world) start(pool, id string) pooltest.Result {
	_, res := pooltest.Do(w.World, w.s.StartUserImportJob, &cognitoidp.StartUserImportJobInput{UserPoolId: pool, JobId: id})
	return res
}

func (w *world) stop(pool, id string) pooltest.Result {
	_, res := pooltest.Do(w.World, w.s.StopUserImportJob, &cognitoidp.StopUserImportJobInput{UserPoolId: pool, JobId: id})
	return res
}

func (w *world) describe(pool, id string) *cognitoidp.UserImportJobType {
	w.T.Helper()
	return pooltest.Must(w.World, w.s.DescribeUserImportJob, &cognitoidp.DescribeUserImportJobInput{UserPoolId: pool, JobId: id}).UserImportJob
}

// upload puts a file where the URL of a job says.
func (w *world) upload(link, text string) error {
	w.T.Helper()
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(link, base+"?") {
		w.T.Fatalf("link %q: %v", link, err)
	}
	_, err = w.s.Upload(context.Background(), u.Query(), strings.NewReader(text), int64(len(text)))
	return err
}

// file makes a file of a pool from rows of column and value in turn.
func (w *world) file(pool string, rows ...[]string) string {
	w.T.Helper()
	header := pooltest.Must(w.World, w.s.GetCSVHeader, &cognitoidp.GetCSVHeaderInput{UserPoolId: pool}).CSVHeader
	var b strings.Builder
	b.WriteString(strings.Join(header, ",") + "\n")
	for _, row := range rows {
		values := make([]string, len(header))
		for i, column := range header {
			for k := 0; k < len(row); k += 2 {
				if row[k] == column {
					values[i] = row[k+1]
				}
			}
		}
		b.WriteString(strings.Join(values, ",") + "\n")
	}
	return b.String()
}

// person is a row that can be imported.
func person(name string, more ...string) []string {
	return append([]string{"cognito:username", name, "email", name + "@example.com", "email_verified", "true", "cognito:mfa_enabled", "false"}, more...)
}

// ready makes a job with a file and starts it.
func (w *world) ready(pool, text string) string {
	w.T.Helper()
	j := w.created(pool)
	if err := w.upload(*j.PreSignedUrl, text); err != nil {
		w.T.Fatal(err)
	}
	if res := w.start(pool, *j.JobId); res.Err != nil {
		w.T.Fatal(res.Err)
	}
	return *j.JobId
}

var queue = store.Table[job.Job]{
	Name:    "jobs",
	Key:     func(j *job.Job) store.Key { return store.K(j.ID) },
	Indexes: []store.Index[job.Job]{{Name: "kind", Of: func(j *job.Job) []store.Key { return []store.Key{store.K(j.Kind, j.Due)} }}},
}

// queued are the jobs of the queue that import.
func (w *world) queued() (out []job.Job) {
	w.T.Helper()
	w.View(func(tx store.Tx) error {
		for j, err := range queue.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			if j.Kind == userimport.JobKind {
				out = append(out, *j)
			}
		}
		return nil
	})
	return out
}

// work runs the queue until it is empty, and returns how many jobs ran. patience is how much time each has.
func (w *world) work(patience time.Duration) (ran int) {
	w.T.Helper()
	for {
		list := w.queued()
		if len(list) == 0 {
			return ran
		}
		for _, q := range list {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			err := w.s.Run(ctx, q)
			cancel()
			if err != nil {
				w.T.Fatalf("run: %v", err)
			}
			ran++
			if err := w.State.Update(context.Background(), func(tx store.Tx) error { return queue.Delete(tx, queue.Key(&q)) }); err != nil {
				w.T.Fatal(err)
			}
		}
	}
}

// imported runs a whole import.
func (w *world) imported(pool, text string) *cognitoidp.UserImportJobType {
	w.T.Helper()
	id := w.ready(pool, text)
	w.work(time.Minute)
	return w.describe(pool, id)
}

// counts are a job's status and counters: imported, skipped, failed.
type counts struct {
	status                    string
	imported, skipped, failed int64
	message                   string
}

func countsOf(j *cognitoidp.UserImportJobType) counts {
	c := counts{status: *j.Status, imported: *j.ImportedUsers, skipped: *j.SkippedUsers, failed: *j.FailedUsers}
	if j.CompletionMessage != nil {
		c.message = *j.CompletionMessage
	}
	return c
}

// users is how many users a pool has.
func (w *world) users(pool string) (n int) {
	w.T.Helper()
	w.View(func(tx store.Tx) error {
		for _, err := range userpool.Users.Scan(tx, store.K(pooltest.Account, pooltest.Region, pool), nil) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}
