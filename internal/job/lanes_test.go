package job

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

// A far side that hangs takes its kind's places and no more; what waits behind it goes on as soon as one is free.
func TestRunner_hangingKind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		db := mem.New()
		for i := range n {
			enqueue(t, db, time.Now(), "k", i)
		}
		var hanging, most, done, other atomic.Int64
		gate := make(chan struct{})
		r := runner(db, func(context.Context, Job) error {
			most.Store(max(most.Load(), hanging.Add(1)))
			defer hanging.Add(-1)
			<-gate
			done.Add(1)
			return nil
		})
		r.Handlers["other"] = func(context.Context, Job) error { other.Add(1); return nil }
		stop := start(t, r)
		time.Sleep(time.Second)
		for i := range n {
			enqueue(t, db, time.Now(), "other", i)
		}
		// One look is enough: jobs that end make room for those behind them.
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		if hanging.Load() != 8 || other.Load() != n {
			t.Errorf("%d hang and %d of %d others are done", hanging.Load(), other.Load(), n)
		}
		close(gate)
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		stop()
		if done.Load() != n || most.Load() != 8 {
			t.Errorf("%d of %d done, at most %d at once", done.Load(), n, most.Load())
		}
		empty(t, db, &jobs, &dead)
	})
}

// laned enqueues n jobs of a lane.
func laned(t *testing.T, db *mem.DB, lane string, n int) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			if err := Add(tx, Job{Kind: "k", Account: account, Region: region, Lane: lane}, time.Now(), i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A pool whose function hangs takes its share of the kind's places, and delays no other pool of the kind.
func TestRunner_hangingLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		db := mem.New()
		laned(t, db, "slow", n)
		time.Sleep(time.Second)
		laned(t, db, "quick", n)
		var hanging, most, quick atomic.Int64
		gate := make(chan struct{})
		r := runner(db, func(_ context.Context, j Job) error {
			if j.Lane == "quick" {
				quick.Add(1)
				return nil
			}
			most.Store(max(most.Load(), hanging.Add(1)))
			defer hanging.Add(-1)
			<-gate
			return nil
		})
		stop := start(t, r)
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		if hanging.Load() != 4 || quick.Load() != n {
			t.Errorf("%d hang and %d of %d others are done", hanging.Load(), quick.Load(), n)
		}
		close(gate)
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		stop()
		if most.Load() != 4 {
			t.Errorf("at most %d of a lane ran at once", most.Load())
		}
		empty(t, db, &jobs, &dead)
	})
}

// A place that gets free goes to the lane that has least at work, however long others wait; places of a kind may be more than of others.
func TestRunner_fairLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		for _, lane := range []string{"a", "b", "c"} {
			laned(t, db, lane, 9)
			time.Sleep(time.Second)
		}
		r := runner(db, nil)
		r.Places = map[string]int{"k": 9}
		r.defaults()
		take := func() (got string) {
			list, more, err := r.claim(t.Context())
			if err != nil || !more {
				t.Errorf("more %v, %v", more, err)
			}
			for _, j := range list {
				r.lanes.enter(&j)
				got += j.Lane
			}
			return got
		}
		if got := take(); got != "aaabbbccc" {
			t.Errorf("claimed %q", got)
		}
		if got := take(); got != "" {
			t.Errorf("claimed %q without room", got)
		}
		r.lanes.leave(&Job{Kind: "k", Lane: "b"})
		r.lanes.leave(&Job{Kind: "k", Lane: "b"})
		r.lanes.leave(&Job{Kind: "k", Lane: "c"})
		if got := take(); got != "bbc" {
			t.Errorf("claimed %q", got)
		}
	})
}

// However many lanes there are, one look visits some, and all get their turn.
func TestRunner_manyLanes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = maxQueues*2 + 100
		db, s := mem.New(), &seen{zero: time.Now()}
		for i := range n {
			laned(t, db, strconv.Itoa(i), 1)
		}
		r := runner(db, func(_ context.Context, j Job) error { s.add(j); return nil })
		r.Parallel, r.PerKind = 4096, 4096
		r.defaults()
		if list, _, err := r.claim(t.Context()); err != nil || len(list) != maxQueues {
			t.Errorf("claimed %d, %v", len(list), err)
		}
		r.from = nil
		stop := start(t, r)
		time.Sleep(time.Minute) // the lease of those above ends
		stop()
		if len(s.ran()) != n {
			t.Errorf("%d of %d ran", len(s.ran()), n)
		}
		empty(t, db, &jobs, &dead)
	})
}

// All kinds together take no more than all places, and the oldest go first.
func TestRunner_allPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		r := runner(db, nil)
		r.Parallel, r.PerKind = 3, 2
		r.defaults()
		for i, kind := range []string{"c", "b", "b", "b", "a"} {
			enqueue(t, db, time.Now().Add(time.Duration(i)*time.Millisecond), kind, i)
		}
		time.Sleep(time.Second)
		got := ""
		list, _, err := r.claim(t.Context())
		for _, j := range list {
			got += j.Kind + string(j.Payload) + " "
		}
		if got != "c0 b1 b2 " || err != nil {
			t.Errorf("claimed %q, %v", got, err)
		}
	})
}

// Work that is worth nothing any more ends: before an attempt, or with the last one before its end.
func TestRunner_expires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		life, due time.Duration
		runs      int
		last      string
		ends      time.Duration
	}{
		"with the last attempt": {3 * time.Minute, 0, 8, "connection refused", 130 * time.Second},
		"before any":            {time.Minute, 2 * time.Minute, 0, `expired; before: ""`, 121 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, s := mem.New(), &seen{zero: time.Now()}
				err := db.Update(t.Context(), func(tx store.Tx) error {
					return EnqueueUntil(tx, time.Now().Add(c.due), time.Now().Add(c.life), account, region, "k", "x")
				})
				if err != nil {
					t.Fatal(err)
				}
				r := runner(db, func(_ context.Context, j Job) error { s.add(j); return errRefused })
				stop := start(t, r)
				time.Sleep(c.ends)
				stop()
				empty(t, db, &jobs)
				if d := one(t, db, &dead); len(s.ran()) != c.runs || d.LastError != c.last || r.DeadOf("k") != 1 {
					t.Errorf("ran %d times, dead %+v", len(s.ran()), d)
				}
			})
		})
	}
}
