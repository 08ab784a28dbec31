package job

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	region  = "us-east-1"
)

var errRefused = errors.New("connection refused")

// runner is a quiet one over db with a handler for kind "k".
func runner(db store.State, h Handler) *Runner {
	return &Runner{State: db, Handlers: map[string]Handler{"k": h}, Log: slog.New(slog.DiscardHandler)}
}

// start runs r in the bubble until stop, which waits for it.
func start(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	}
}

// enqueue adds one job that is due at a time.
func enqueue(t *testing.T, db store.State, due time.Time, kind string, payload any) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error { return Enqueue(tx, due, account, region, kind, payload) })
	if err != nil {
		t.Fatal(err)
	}
}

// rows lists the jobs of a table.
func rows(t *testing.T, db store.State, table *store.Table[Job]) []Job {
	t.Helper()
	var out []Job
	err := db.View(t.Context(), func(tx store.Tx) error {
		for j, err := range table.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, *j)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// one is the only row of the table.
func one(t *testing.T, db store.State, table *store.Table[Job]) Job {
	t.Helper()
	list := rows(t, db, table)
	if len(list) != 1 {
		t.Fatalf("%d rows in %s, want 1: %+v", len(list), table.Name, list)
	}
	return list[0]
}

func empty(t *testing.T, db store.State, tables ...*store.Table[Job]) {
	t.Helper()
	for _, table := range tables {
		if list := rows(t, db, table); len(list) > 0 {
			t.Errorf("rows left in %s: %+v", table.Name, list)
		}
	}
}

// seen collects what handlers did.
type seen struct {
	mu   sync.Mutex
	jobs []Job
	at   []time.Duration // since the bubble's beginning
	zero time.Time
}

func (s *seen) add(j Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, j)
	s.at = append(s.at, time.Since(s.zero))
}

// ran and when are what was collected so far.
func (s *seen) ran() []Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.jobs)
}

func (s *seen) when() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.at)
}

func (s *seen) payloads() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, j := range s.jobs {
		all = append(all, string(j.Payload))
	}
	return strings.Join(all, " ")
}

func TestEnqueue_row(t *testing.T) {
	t.Parallel()
	db := mem.New()
	now := time.UnixMilli(1_790_000_000_123)
	enqueue(t, db, now, "mail", map[string]string{"to": "a"})
	enqueue(t, db, now, "mail", nil)
	list := rows(t, db, &jobs)
	if len(list) != 2 || list[0].ID == list[1].ID || len(list[0].ID) != 36 {
		t.Fatalf("rows %+v", list)
	}
	for _, j := range list {
		if j.Kind != "mail" || j.Account != account || j.Region != region || j.Due != 1_790_000_000_123 || j.Enqueued != j.Due || j.Attempt != 0 || j.LastError != "" {
			t.Errorf("row %+v", j)
		}
		if p := string(j.Payload); p != `{"to":"a"}` && p != `null` {
			t.Errorf("payload %s", p)
		}
	}
}

// A job exists if and only if the change it follows does.
func TestEnqueue_followsTheTransaction(t *testing.T) {
	t.Parallel()
	db := mem.New()
	undone := errors.New("undone")
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := Enqueue(tx, time.Now(), account, region, "k", 1); err != nil {
			t.Error(err)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	empty(t, db, &jobs)

	var bad *json.UnsupportedTypeError
	err = db.Update(t.Context(), func(tx store.Tx) error { return Enqueue(tx, time.Now(), account, region, "k", make(chan int)) })
	if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), "encode job k: ") {
		t.Errorf("payload without JSON: %v", err)
	}
	empty(t, db, &jobs)
}

// Jobs run in the order in which they are due, and never before.
func TestRunner_order(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		for _, after := range []int{3, 1, 4, 0, 2, 60} {
			enqueue(t, db, time.Now().Add(time.Duration(after)*time.Second-5*time.Second), "k", after)
		}
		r := runner(db, func(_ context.Context, j Job) error { s.add(j); return nil })
		r.Parallel = 1
		stop := start(t, r)
		time.Sleep(54 * time.Second)
		synctest.Wait()
		if got := s.payloads(); got != "0 1 2 3 4" {
			t.Errorf("ran %s, want 0 1 2 3 4", got)
		}
		time.Sleep(2 * time.Second)
		stop()
		if got := s.payloads(); got != "0 1 2 3 4 60" {
			t.Errorf("ran %s, want 0 1 2 3 4 60", got)
		}
		if at := s.when()[len(s.when())-1]; at < 55*time.Second || at > 56*time.Second {
			t.Errorf("the job due after 55s ran after %s", at)
		}
		empty(t, db, &jobs, &dead)
	})
}

// Waits double from a second to an hour, then the job is dead: kept with its last error, and not run any more.
func TestRunner_retriesThenDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now(), "k", "x")
		stop := start(t, runner(db, func(_ context.Context, j Job) error { s.add(j); return errRefused }))
		time.Sleep(12 * time.Hour)
		stop()
		var want []time.Duration
		for at, n := time.Duration(0), 1; n <= 15; n++ {
			want = append(want, at)
			at += min(time.Second<<(n-1), time.Hour)
		}
		if len(s.when()) != len(want) {
			t.Fatalf("ran %d times at %v, want %d", len(s.when()), s.when(), len(want))
		}
		for i := range want {
			// The runner looks four times a second.
			if d := s.when()[i] - want[i]; d < 0 || d > 250*time.Millisecond*time.Duration(i+1) {
				t.Errorf("attempt %d after %s, want %s", i+1, s.when()[i], want[i])
			}
			if s.ran()[i].Attempt != i+1 || s.ran()[i].ID != s.ran()[0].ID {
				t.Errorf("attempt %d: %+v", i+1, s.ran()[i])
			}
		}
		if last := s.when()[len(s.when())-1].Round(time.Hour); last != 3*time.Hour {
			t.Errorf("given up after %s, want about 3 hours", last)
		}
		empty(t, db, &jobs)
		if d := one(t, db, &dead); d.Attempt != 15 || d.LastError != "connection refused" || string(d.Payload) != `"x"` || d.Account != account || d.Region != region {
			t.Errorf("dead job %+v", d)
		}
	})
}

func TestWait(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 12: 2048 * time.Second, 13: time.Hour, 14: time.Hour, 64: time.Hour, 1 << 40: time.Hour,
	} {
		if got := wait(attempt); got != want {
			t.Errorf("wait after attempt %d: %s, want %s", attempt, got, want)
		}
	}
}

// A handler sees how often it was tried and what went wrong last; success ends it.
func TestRunner_succeedsInTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now(), "k", nil)
		stop := start(t, runner(db, func(_ context.Context, j Job) error {
			s.add(j)
			if j.Attempt < 3 {
				return errRefused
			}
			return nil
		}))
		time.Sleep(time.Hour)
		stop()
		if len(s.ran()) != 3 || s.ran()[0].LastError != "" || s.ran()[1].LastError != "connection refused" || s.ran()[2].Attempt != 3 {
			t.Errorf("runs %+v", s.ran())
		}
		empty(t, db, &jobs, &dead)
	})
}

// A job that fails in whatever way is its own trouble only.
func TestRunner_failures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, want string
		h          Handler
	}{
		"error":           {"k", "connection refused", func(context.Context, Job) error { return errRefused }},
		"panic":           {"k", "panic: index out of range", func(context.Context, Job) error { panic("index out of range") }},
		"unknown kind":    {"other", `no handler for jobs of kind "other"`, nil},
		"nil for a kind":  {"k", `no handler for jobs of kind "k"`, nil},
		"runs too long":   {"k", "context deadline exceeded", func(ctx context.Context, _ Job) error { <-ctx.Done(); return ctx.Err() }},
		"cause of an end": {"k", "context canceled", func(context.Context, Job) error { return context.Canceled }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, fine := mem.New(), 0
				enqueue(t, db, time.Now(), c.kind, nil)
				enqueue(t, db, time.Now(), "fine", nil)
				r := runner(db, c.h)
				r.Handlers["fine"] = func(context.Context, Job) error { fine++; return nil }
				r.MaxAttempts = 2
				stop := start(t, r)
				time.Sleep(5 * time.Minute)
				stop()
				if fine != 1 {
					t.Errorf("the other job ran %d times", fine)
				}
				empty(t, db, &jobs)
				if d := one(t, db, &dead); d.LastError != c.want || d.Attempt != 2 {
					t.Errorf("dead job %+v, want error %q", d, c.want)
				}
			})
		})
	}
}

// The oldest dead jobs make room: what nobody looks at must not grow for ever.
func TestRunner_trimsDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		r := runner(db, func(context.Context, Job) error { return errRefused })
		r.MaxAttempts, r.KeepDead = 1, 3
		var ids []string
		stop := start(t, r)
		for i := range 5 {
			enqueue(t, db, time.Now(), "k", i)
			time.Sleep(time.Second)
		}
		if r.Dead() != 5 {
			t.Errorf("%d jobs counted as dead, want 5", r.Dead())
		}
		time.Sleep(time.Hour)
		stop()
		err := db.View(context.Background(), func(tx store.Tx) error {
			for at, err := range dead.ScanIndex(tx, "age", nil, nil, false) {
				if err != nil {
					return err
				}
				ids = append(ids, string(at.Row.Payload))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ids, []string{"2", "3", "4"}) {
			t.Errorf("jobs left: %v, want the newest 3", ids)
		}
	})
}
