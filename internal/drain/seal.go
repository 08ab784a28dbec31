package drain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// sealLoop seals and settles batches: when enough waits, or SealEvery after the
// batch before.
func (d *Drainer) sealLoop(ctx context.Context) {
	tick := time.NewTicker(d.SealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-d.sealNow:
		}
		for {
			more := true
			if d.flight == nil {
				var items []*item
				if items, more = d.next(); len(items) == 0 {
					break
				}
				d.flight = newFlight(items)
			}
			if d.settle(ctx, d.flight) != nil {
				return
			}
			d.flight = nil
			if !more {
				break
			}
		}
		tick.Reset(d.SealEvery)
	}
}

// next returns the first pending items up to SealRows rows and sealBytes bytes,
// one at least, and whether a full batch remains behind them.
func (d *Drainer) next() (batch []*item, more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows, bytes, n := 0, 0, 0
	for _, it := range d.pending {
		if n > 0 && (rows+len(it.rows) > d.SealRows || n == maxSettle || bytes+it.bytes > sealBytes) {
			break
		}
		rows += len(it.rows)
		bytes += it.bytes
		n++
	}
	batch = append(batch, d.pending[:n]...)
	return batch, d.full(d.rows-rows, len(d.pending)-n, d.bytes-bytes)
}

// full tells whether so much is worth a batch without waiting.
func (d *Drainer) full(rows, items, bytes int) bool {
	return rows >= d.SealRows || items >= d.SealRows || bytes >= sealBytes
}

// flight is a batch on its way. It outlives a Run that ended in the middle: a
// transaction whose outcome is not known names this very file.
type flight struct {
	items   []*item
	ids     []int64
	numbers []segment.Numbered
	batch   Batch
	sealed  *segment.Manifest // nil before sealing, and without rows
}

func newFlight(items []*item) *flight {
	f := &flight{items: items, ids: make([]int64, 0, len(items))}
	for _, it := range items {
		f.ids = append(f.ids, it.id)
		f.batch.Rows = append(f.batch.Rows, it.rows...)
		if it.record != nil {
			f.batch.Records = append(f.batch.Records, *it.record)
			f.numbers = append(f.numbers, segment.Numbered{
				Account: it.record.Account, Seq: it.record.Seq, History: it.history, Time: it.time,
			})
		}
	}
	return f
}

// settle seals a batch and makes it real. It returns only when that is done, or
// with ctx's error; the batch is then still in flight.
func (d *Drainer) settle(ctx context.Context, f *flight) error {
	if len(f.batch.Rows) > 0 && f.sealed == nil {
		err := d.retry(ctx, "seal", func() error {
			m, err := d.Segments.Seal(ctx, f.batch.Rows)
			if err == nil {
				f.sealed = &m
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := d.retry(ctx, "settle", func() error { return d.commit(ctx, f) }); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.sealed != nil {
		d.Segments.Publish(*f.sealed, len(f.batch.Rows))
	}
	rest := make([]*item, len(d.pending)-len(f.items))
	copy(rest, d.pending[len(f.items):])
	d.pending = rest
	d.rows -= len(f.batch.Rows)
	for _, it := range f.items {
		d.bytes -= it.bytes
	}
	close(d.settled)
	d.settled = make(chan struct{})
	return nil
}

// commit is the one transaction of a batch; it may be called again after any failure.
func (d *Drainer) commit(ctx context.Context, f *flight) error {
	if done, err := d.committed(ctx); err != nil || done {
		return err
	}
	want := d.batches + 1
	err := d.State.Update(ctx, func(tx store.Tx) error {
		if f.sealed != nil {
			if err := d.Segments.Commit(tx, *f.sealed); err != nil {
				return err
			}
		}
		tx.Settle(f.ids)
		for _, it := range f.items {
			if it.rejected != nil {
				if err := rejections.Put(tx, it.rejected); err != nil {
					return fmt.Errorf("rejected record: %w", err)
				}
			}
		}
		last := make(map[string]int64)
		for _, n := range f.numbers {
			last[n.Account] = n.Seq
		}
		for account, n := range last {
			if err := sequences.Put(tx, &sequence{Account: account, Last: n}); err != nil {
				return fmt.Errorf("sequence of account %s: %w", account, err)
			}
		}
		if err := segment.Record(tx, f.numbers); err != nil {
			return err
		}
		for _, s := range d.Settlers {
			if err := s.Settle(tx, f.batch); err != nil {
				return fmt.Errorf("settler: %w", err)
			}
		}
		return progresses.Put(tx, &progress{Batches: want})
	})
	if err == nil {
		d.batches = want
		d.unsure = false
	} else if errors.Is(err, store.ErrUnknown) || ctx.Err() != nil {
		// A cancelled call may have been committed all the same.
		d.unsure = true
	}
	return err
}

// committed reads the count of batches where it is not known, and tells whether
// the batch at hand turned out to be settled by a call whose answer was lost.
func (d *Drainer) committed(ctx context.Context) (bool, error) {
	if d.batches >= 0 && !d.unsure {
		return false, nil
	}
	var n int64
	err := d.State.View(ctx, func(tx store.Tx) error {
		p, err := progresses.Get(tx, store.K("batches"))
		if isMissing(err) {
			n = 0
			return nil
		}
		if err != nil {
			return fmt.Errorf("count of batches: %w", err)
		}
		n = p.Batches
		return nil
	})
	if err != nil {
		return false, err
	}
	done := d.unsure && d.batches >= 0 && n == d.batches+1
	d.batches, d.unsure = n, false
	return done, nil
}
