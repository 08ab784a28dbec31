package drain

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Defaults of a Drainer.
const (
	DefaultSealRows  = 20_000
	DefaultSealEvery = 2 * time.Second
	// takeMax is how many outbox records, of a megabyte at the most in practice, are taken at once.
	takeMax = 256
	// takePace keeps rounds of taking apart under load, so that each has several records to take:
	// a round costs more than its records. A record that comes alone is taken at once.
	takePace = 20 * time.Millisecond
	// idlePoll is the longest wait for a wake-up, for engines whose signal may get lost on the way.
	idlePoll = time.Second
	// maxSettle bounds the outbox records of one transaction, well below [store.MaxWrites].
	maxSettle = 20_000
	// sealBytes bounds a batch beside its rows, records and their copies in rows together: large
	// records, which anybody may cause, must not add up to gigabytes in memory. A full batch of
	// usual records, a kilobyte or two each, stays below.
	sealBytes = 64 << 20
)

// Drainer follows a State's outbox. Set the exported fields before Run.
type Drainer struct {
	State    store.State
	Segments Segments
	// Router may be nil: no copies into log groups.
	Router   Router
	Settlers []Settler
	// Watch, if not nil, is told of rows that have just become visible, in their
	// order. It must not block.
	Watch func(rows []segment.Row)
	// SealRows seals when so many rows or records wait, SealEvery at the latest after
	// this time; defaults when 0.
	SealRows  int
	SealEvery time.Duration
	// Now is the clock: time.Now when nil.
	Now func() time.Time
	Log *slog.Logger

	// taking state; used by the taking goroutine of Run only
	last    map[string]int64 // sequence numbers given, by account
	backlog []store.Taken    // taken, not yet in the tail

	// sealing state; used by the sealing goroutine of Run only
	batches int64 // settled by this and earlier processes; -1 when not read yet
	unsure  bool  // the last transaction's outcome is not known
	flight  *flight

	mu       sync.Mutex
	pending  []*item // in the tail, not yet settled; in order
	rows     int     // of pending
	bytes    int     // of pending
	rejected int64
	waiters  []chan struct{} // WaitSettled callers not yet served
	settled  chan struct{}   // closed and replaced after each settled batch
	sealNow  chan struct{}   // one slot: seal without waiting
	kick     chan struct{}   // one slot: take without waiting
	started  bool
}

// Run drains until ctx ends and returns its error. It may be called again after
// it returned, but not twice at a time.
func (d *Drainer) Run(ctx context.Context) error {
	d.init()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { d.sealLoop(ctx) })
	d.takeLoop(ctx)
	cancel()
	wg.Wait()
	return ctx.Err()
}

func (d *Drainer) init() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.started {
		return
	}
	d.started = true
	if d.SealRows <= 0 {
		d.SealRows = DefaultSealRows
	}
	if d.SealEvery <= 0 {
		d.SealEvery = DefaultSealEvery
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	d.last = make(map[string]int64)
	d.batches = -1
	d.settled = make(chan struct{})
	d.sealNow = make(chan struct{}, 1)
	d.kick = make(chan struct{}, 1)
}

// WaitSettled returns when everything that was appended to the outbox before the
// call is visible in the tail, or ctx's error. Run must be running.
func (d *Drainer) WaitSettled(ctx context.Context) error {
	d.init()
	done := make(chan struct{})
	d.mu.Lock()
	d.waiters = append(d.waiters, done)
	d.mu.Unlock()
	signal(d.kick)
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Flush returns when everything that was appended before the call is sealed and
// settled, or ctx's error. Run must be running.
func (d *Drainer) Flush(ctx context.Context) error {
	if err := d.WaitSettled(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	var last *item
	if n := len(d.pending); n > 0 {
		last = d.pending[n-1]
	}
	d.mu.Unlock()
	for last != nil {
		d.mu.Lock()
		waiting, settled := false, d.settled
		for _, it := range d.pending {
			waiting = waiting || it == last
		}
		d.mu.Unlock()
		if !waiting {
			return nil
		}
		signal(d.sealNow)
		select {
		case <-settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Stats are the drainer's counts.
type Stats struct {
	// Pending outbox records are visible but not settled yet, PendingRows their rows.
	Pending, PendingRows int
	// Rejected records were set aside since the process began.
	Rejected int64
}

// Stats returns the counts at this moment.
func (d *Drainer) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Stats{Pending: len(d.pending), PendingRows: d.rows, Rejected: d.rejected}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// retry calls fn until it succeeds or ctx ends, with growing waits. The first
// failure of a row is logged, and that it is over.
func (d *Drainer) retry(ctx context.Context, what string, fn func() error) error {
	const first, most = 50 * time.Millisecond, 30 * time.Second
	wait := first
	for failed := false; ; failed = true {
		err := fn()
		if err == nil {
			if failed {
				d.Log.Info("outbox moves again", "step", what)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !failed {
			d.Log.Error("outbox stopped; trying again", "step", what, "error", err)
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		wait = min(2*wait, most)
	}
}

// lastSequence returns the account's last number given.
func (d *Drainer) lastSequence(ctx context.Context, account string) (int64, error) {
	if n, ok := d.last[account]; ok {
		return n, nil
	}
	var n int64
	err := d.State.View(ctx, func(tx store.Tx) error {
		s, err := sequences.Get(tx, store.K(account))
		if isMissing(err) {
			n = 0
			return nil
		}
		if err != nil {
			return fmt.Errorf("sequence of account %s: %w", account, err)
		}
		n = s.Last
		return nil
	})
	if err != nil {
		return 0, err
	}
	d.last[account] = n
	return n, nil
}
