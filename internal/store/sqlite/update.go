package sqlite

import (
	"context"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

const (
	// maxRuns is how often fn runs before Update gives up with store.ErrConflict.
	maxRuns = 20
	// patientRuns is how often it runs beside others. After that no other
	// transaction may queue until this one is through.
	patientRuns = 16
)

// Update implements store.State. It neither holds a connection nor keeps
// others from committing while fn runs. Once the commit is queued it waits for
// the answer, even if ctx ends.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	var held chan struct{}
	defer func() {
		if held != nil {
			<-held
		}
	}()
	for run := range maxRuns {
		if err := ctx.Err(); err != nil {
			return err
		}
		if run == patientRuns {
			// Those already queued may make it lose once more, new ones cannot.
			db.gate.Lock()
			defer db.gate.Unlock()
		}
		lostTo, err := db.run(ctx, fn, run)
		if err != errRerun {
			return err
		}
		// Those that fight for one row stand in line, else most of them would
		// run for nothing. One stripe is held at a time, so nobody waits in a ring.
		if held != nil {
			<-held
			held = nil
		}
		if lostTo == 0 || run >= patientRuns-1 {
			continue
		}
		stripe := db.stripes[lostTo%uint64(len(db.stripes))]
		select {
		case stripe <- struct{}{}:
			held = stripe
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("transaction lost %d times: %w", maxRuns, store.ErrConflict)
}

// run runs fn once; errRerun when it lost.
func (db *DB) run(ctx context.Context, fn func(store.Tx) error, run int) (lostTo uint64, err error) {
	r := &reader{db: db, ctx: ctx, seen: db.log.published.Load()}
	tx := overlay.New(r)
	err = fn(tx)
	if r.lost {
		return r.lostTo, errRerun
	}
	// What was only read is valid as of one commit: there is nothing to do.
	if err != nil || tx.Empty() {
		return 0, err
	}
	c := &commit{
		reads: r.reads, seen: r.seen, retry: run > 0,
		writes: tx.Writes(), records: tx.Records(), settled: tx.Settled(),
		done: make(chan error, 1),
	}
	c.ids = make([]uint64, len(c.writes))
	for i, w := range c.writes {
		if err := checkSpace(w.Space); err != nil {
			return 0, err
		}
		c.ids[i] = db.rowID(w.Space, w.Key)
	}
	size := c.bytes()
	defer db.queued.Add(-size)
	if all := db.queued.Add(size); all > int64(db.opts.QueueBytes) && all != size {
		return 0, store.ErrBusy
	}
	if run < patientRuns {
		db.gate.RLock()
	}
	sent := false
	select {
	case db.queue <- c:
		sent = true
	default:
	}
	if run < patientRuns {
		db.gate.RUnlock()
	}
	if !sent {
		return 0, store.ErrBusy
	}
	err = <-c.done
	return c.lostTo, err
}
