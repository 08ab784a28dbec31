package job

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

// Two workers share the jobs: each job runs once, and both get some.
func TestRunner_twoWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 60
		db := mem.New()
		for i := range n {
			enqueue(t, db, time.Now(), "k", i)
		}
		var mu sync.Mutex
		ran, by := make(map[string]int), [2]int{}
		var stops []func()
		for w := range 2 {
			stops = append(stops, start(t, runner(db, func(_ context.Context, j Job) error {
				time.Sleep(100 * time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				ran[j.ID]++
				by[w]++
				return nil
			})))
		}
		time.Sleep(time.Minute)
		for _, stop := range stops {
			stop()
		}
		if len(ran) != n || by[0]+by[1] != n || by[0] == 0 || by[1] == 0 {
			t.Errorf("%d jobs of %d ran, %d by one worker and %d by the other", len(ran), n, by[0], by[1])
		}
		empty(t, db, &jobs, &dead)
	})
}

// No more than Parallel run at once, and none is claimed before it can run.
func TestRunner_bounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, parallel = 20, 3
		db := mem.New()
		for i := range n {
			enqueue(t, db, time.Now(), "k", i)
		}
		var mu sync.Mutex
		now, most, total := 0, 0, 0
		gate := make(chan struct{})
		r := runner(db, func(context.Context, Job) error {
			mu.Lock()
			now, total = now+1, total+1
			most = max(most, now)
			mu.Unlock()
			<-gate
			mu.Lock()
			now--
			mu.Unlock()
			return nil
		})
		r.Parallel = parallel
		stop := start(t, r)
		time.Sleep(10 * time.Second) // within the lease
		synctest.Wait()
		claimed := 0
		for _, j := range rows(t, db, &jobs) {
			if j.Attempt > 0 {
				claimed++
			}
		}
		if now != parallel || claimed != parallel {
			t.Errorf("%d run and %d are claimed, want %d of both", now, claimed, parallel)
		}
		close(gate)
		time.Sleep(10 * time.Second)
		stop()
		if most != parallel || total != n {
			t.Errorf("at most %d ran at once, %d in all; want %d and %d", most, total, parallel, n)
		}
		empty(t, db, &jobs, &dead)
	})
}

// A process that ends between claim and settling loses no job: the lease brings it back.
func TestRunner_crashAfterClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now(), "k", "x")
		gone := runner(db, nil)
		gone.defaults()
		if list, _, err := gone.claim(t.Context()); err != nil || len(list) != 1 {
			t.Fatalf("claimed %v, %v", list, err)
		}
		stop := start(t, runner(db, func(_ context.Context, j Job) error { s.add(j); return nil }))
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if len(s.ran()) != 0 {
			t.Errorf("ran within the lease of another: %+v", s.ran())
		}
		time.Sleep(2 * time.Second)
		stop()
		if len(s.ran()) != 1 || s.ran()[0].Attempt != 2 || string(s.ran()[0].Payload) != `"x"` {
			t.Errorf("runs %+v", s.ran())
		}
		empty(t, db, &jobs, &dead)
	})
}

// A crash between the effect and its deletion repeats the effect under the same ID after the lease.
func TestRunner_crashBeforeSettling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now(), "k", "x")
		plan := storetest.FailOnce(storetest.Commit, 2) // the claim is the first
		stop := start(t, runner(storetest.Faulty(db, plan), func(_ context.Context, j Job) error { s.add(j); return nil }))
		time.Sleep(time.Minute)
		stop()
		if plan.Fired() != 1 {
			t.Fatalf("%d faults", plan.Fired())
		}
		if len(s.ran()) != 2 || s.ran()[0].ID != s.ran()[1].ID || s.ran()[1].Attempt != 2 || s.when()[1] < 30*time.Second {
			t.Errorf("runs %+v at %v", s.ran(), s.when())
		}
		empty(t, db, &jobs, &dead)
	})
}

// Faults while claiming delay jobs and lose none.
func TestRunner_claimFails(t *testing.T) {
	t.Parallel()
	for _, op := range []storetest.Op{storetest.View, storetest.Scan, storetest.Put, storetest.Commit} {
		t.Run(string(op), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, s := mem.New(), &seen{zero: time.Now()}
				enqueue(t, db, time.Now(), "k", nil)
				plan := storetest.FailOnce(op, 1)
				stop := start(t, runner(storetest.Faulty(db, plan), func(_ context.Context, j Job) error { s.add(j); return nil }))
				time.Sleep(time.Second)
				stop()
				if plan.Fired() != 1 || len(s.ran()) != 1 || s.ran()[0].Attempt != 1 {
					t.Errorf("%d faults, runs %+v", plan.Fired(), s.ran())
				}
				empty(t, db, &jobs, &dead)
			})
		})
	}
}

// A worker whose lease ran out must not undo what the next one did.
func TestRunner_lateWorker(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  error // what the next worker finds
		late  error
		check func(t *testing.T, db store.State)
	}{
		"late failure does not revive": {nil, errRefused, func(t *testing.T, db store.State) { empty(t, db, &jobs, &dead) }},
		"late success after success":   {nil, nil, func(t *testing.T, db store.State) { empty(t, db, &jobs, &dead) }},
		"late success ends the work":   {errRefused, nil, func(t *testing.T, db store.State) { empty(t, db, &jobs, &dead) }},
		"late failure changes nothing": {errors.New("timeout"), errRefused, func(t *testing.T, db store.State) {
			if j := one(t, db, &jobs); j.Attempt != 2 || j.LastError != "timeout" {
				t.Errorf("row %+v", j)
			}
			empty(t, db, &dead)
		}},
	} {
		for _, attempts := range []int{12, 1} {
			if attempts == 1 && c.next != nil {
				continue // then the next worker buries it itself
			}
			t.Run(fmt.Sprintf("%s, %d attempts", name, attempts), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					db := mem.New()
					enqueue(t, db, time.Now(), "k", nil)
					result := c.next
					r := runner(db, func(context.Context, Job) error { return result })
					r.MaxAttempts = attempts
					r.defaults()
					first, _, err := r.claim(t.Context())
					if err != nil || len(first) != 1 {
						t.Fatal(first, err)
					}
					time.Sleep(r.Lease + time.Millisecond)
					second, _, err := r.claim(t.Context())
					if err != nil || len(second) != 1 || second[0].ID != first[0].ID {
						t.Fatal(second, err)
					}
					r.do(t.Context(), second[0])
					result = c.late
					r.do(t.Context(), first[0])
					c.check(t, db)
				})
			})
		}
	}
}

// While the next worker holds the lease, a late failure does not end it.
func TestRunner_lateFailureKeepsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		enqueue(t, db, time.Now(), "k", nil)
		r := runner(db, func(context.Context, Job) error { return errRefused })
		r.MaxAttempts = 1
		r.defaults()
		first, _, err := r.claim(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(r.Lease + time.Millisecond)
		second, _, err := r.claim(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.do(t.Context(), first[0])
		if j := one(t, db, &jobs); j.Attempt != 2 || j.Due != second[0].Due || j.LastError != "" {
			t.Errorf("row %+v, want the claim %+v", j, second[0])
		}
		empty(t, db, &dead)
	})
}

// A handler's context ends before its lease does.
func TestRunner_deadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		enqueue(t, db, time.Now(), "k", nil)
		var took time.Duration
		r := runner(db, func(ctx context.Context, _ Job) error {
			begin := time.Now()
			<-ctx.Done()
			took = time.Since(begin)
			return nil
		})
		r.Lease = 10 * time.Second
		stop := start(t, r)
		time.Sleep(r.Lease)
		stop()
		if took <= r.Lease/2 || took >= r.Lease {
			t.Errorf("the context ended after %s of a lease of %s", took, r.Lease)
		}
	})
}

// Stopping waits for running jobs. What succeeded is settled; what was cut off comes back by its lease.
func TestRunner_stop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		enqueue(t, db, time.Now(), "k", nil)
		enqueue(t, db, time.Now(), "cut", nil)
		finished := false
		r := runner(db, func(context.Context, Job) error {
			time.Sleep(5 * time.Second) // does not look at the context
			finished = true
			return nil
		})
		r.Handlers["cut"] = func(ctx context.Context, _ Job) error { <-ctx.Done(); return ctx.Err() }
		stop := start(t, r)
		time.Sleep(time.Second)
		begin := time.Now()
		stop()
		if !finished || time.Since(begin) != 4*time.Second {
			t.Errorf("Run ended after %s, job finished: %v", time.Since(begin), finished)
		}
		if j := one(t, db, &jobs); j.Kind != "cut" || j.Attempt != 1 || j.LastError != "" || j.Due != j.Enqueued+30_000 {
			t.Errorf("row %+v", j)
		}
		empty(t, db, &dead)
	})
}

// An idle runner writes nothing.
func TestRunner_idle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		enqueue(t, db, time.Now().Add(time.Hour), "k", nil)
		plan := storetest.FailOnce(storetest.Commit, 0)
		stop := start(t, runner(storetest.Faulty(db, plan), nil))
		time.Sleep(time.Minute)
		stop()
		if looked, wrote := plan.Calls(storetest.View), plan.Calls(storetest.Commit); looked < 200 || wrote != 0 {
			t.Errorf("looked %d times, wrote %d times", looked, wrote)
		}
	})
}

// Due times are compared with the given clock, not with the machine's.
func TestRunner_ownClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now().Add(48*time.Hour), "k", nil)
		r := runner(db, func(_ context.Context, j Job) error { s.add(j); return nil })
		r.Now = func() time.Time { return time.Now().Add(48 * time.Hour) }
		stop := start(t, r)
		time.Sleep(time.Second)
		stop()
		if len(s.ran()) != 1 {
			t.Errorf("runs %+v", s.ran())
		}
	})
}
