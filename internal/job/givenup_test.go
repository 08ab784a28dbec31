package job

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

type noted struct{ ID, Why string }

var notes = store.Table[noted]{Name: "notes", Key: func(n *noted) store.Key { return store.K(n.ID) }}

// A final error ends a job at its first attempt; it reads as what it wraps.
func TestRunner_final(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, s := mem.New(), &seen{zero: time.Now()}
		enqueue(t, db, time.Now(), "k", "x")
		r := runner(db, func(_ context.Context, j Job) error { s.add(j); return fmt.Errorf("send: %w", Final(errRefused)) })
		stop := start(t, r)
		time.Sleep(time.Hour)
		stop()
		empty(t, db, &jobs)
		if d := one(t, db, &dead); len(s.ran()) != 1 || d.Attempt != 1 || d.LastError != "send: connection refused" {
			t.Errorf("ran %d times, dead %+v", len(s.ran()), d)
		}
		if r.Dead() != 1 || r.DeadOf("k") != 1 || r.DeadOf("other") != 0 || !errors.Is(Final(errRefused), errRefused) {
			t.Errorf("counted %d, %d, %d", r.Dead(), r.DeadOf("k"), r.DeadOf("other"))
		}
	})
}

// A follower writes with the job's end, once; nothing of it stays while the job is not given up.
func TestRunner_follower(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		enqueue(t, db, time.Now(), "k", "x")
		enqueue(t, db, time.Now(), "other", "x")
		r := runner(db, func(context.Context, Job) error { return errRefused })
		r.Handlers["other"] = r.Handlers["k"]
		r.MaxAttempts = 2
		fails := 1
		r.GivenUp = map[string]Follower{"k": func(tx store.Tx, now time.Time, j Job) error {
			if now.IsZero() || j.LastError != errRefused.Error() {
				t.Errorf("told at %s of %+v", now, j)
			}
			if err := notes.Insert(tx, &noted{j.ID, j.LastError}); err != nil {
				return err
			}
			if fails--; fails >= 0 {
				return errors.New("not now")
			}
			return nil
		}}
		stop := start(t, r)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := len(rows(t, db, &jobs)); n != 1 || r.DeadOf("k") != 0 || r.DeadOf("other") != 1 {
			t.Errorf("%d jobs left, %d given up", n, r.DeadOf("k"))
		}
		time.Sleep(time.Minute) // the lease
		stop()
		empty(t, db, &jobs)
		var n int
		if err := db.View(t.Context(), func(tx store.Tx) error {
			n = 0
			for _, err := range notes.Scan(tx, nil, nil) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}); err != nil || n != 1 || r.DeadOf("k") != 1 {
			t.Errorf("%d notes, %d given up, %v", n, r.DeadOf("k"), err)
		}
	})
}
