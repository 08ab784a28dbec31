package drain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

func isMissing(err error) bool { return errors.Is(err, store.ErrNotFound) }

// takeLoop moves records from the outbox into the tail.
func (d *Drainer) takeLoop(ctx context.Context) {
	poll := time.NewTimer(idlePoll)
	defer poll.Stop()
	var last time.Time // the end of the round before, if it took anything
	for ctx.Err() == nil {
		if d.room(ctx) != nil {
			return
		}
		// Whoever waits now has appended before the Take below.
		d.mu.Lock()
		waiters := d.waiters
		d.waiters = nil
		d.mu.Unlock()
		if len(d.backlog) == 0 {
			err := d.retry(ctx, "take", func() error {
				taken, err := d.State.Take(ctx, takeMax)
				d.backlog = taken
				return err
			})
			if err != nil {
				d.returnWaiters(waiters)
				return
			}
		}
		idle := len(d.backlog) == 0
		for len(d.backlog) > 0 {
			if err := d.enter(ctx, d.backlog[0]); err != nil {
				d.returnWaiters(waiters)
				return
			}
			d.backlog = d.backlog[1:]
		}
		if !idle {
			d.returnWaiters(waiters) // more may have been there than one Take gives
			last = time.Now()
			continue
		}
		for _, w := range waiters {
			close(w)
		}
		poll.Reset(idlePoll)
		select {
		case <-d.State.Wake():
			d.pace(ctx, takePace-time.Since(last))
		case <-d.kick:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// pace waits, unless somebody waits for the records.
func (d *Drainer) pace(ctx context.Context, wait time.Duration) {
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-d.kick:
	case <-ctx.Done():
	}
}

func (d *Drainer) returnWaiters(w []chan struct{}) {
	d.mu.Lock()
	d.waiters = append(d.waiters, w...)
	d.mu.Unlock()
}

// room waits until neither the tail nor the records without rows are too many.
func (d *Drainer) room(ctx context.Context) error {
	for {
		d.mu.Lock()
		many, settled := len(d.pending) >= 5*maxSettle, d.settled
		d.mu.Unlock()
		if !many {
			break
		}
		signal(d.sealNow)
		select {
		case <-settled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if d.Segments.Full() {
		signal(d.sealNow)
	}
	return d.Segments.WaitRoom(ctx)
}

// enter turns one outbox record into an item and makes its rows visible.
func (d *Drainer) enter(ctx context.Context, t store.Taken) error {
	it := &item{id: t.ID}
	var rows []segment.Row
	switch t.Kind {
	case store.AuditRecord:
		err := d.retry(ctx, "route", func() error {
			var err error
			rows, err = d.audit(ctx, t, it)
			return err
		})
		if err != nil {
			return err
		}
		d.last[t.Account] = it.record.Seq
	case store.LogEvents:
		b, err := UnmarshalLogBatch(t.Data)
		if err != nil {
			d.reject(t, it, err)
			break
		}
		rows = make([]segment.Row, len(b.Events))
		for i, e := range b.Events {
			rows[i] = segment.Row{
				Account: t.Account, Region: t.Region, Group: b.Group, Stream: b.Stream,
				Time: e.Time, Ingested: b.Ingested, Message: e.Message,
			}
		}
	default:
		d.reject(t, it, fmt.Errorf("record of unknown kind %d", t.Kind))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// Under the lock: the order of pending is the order of the tail.
	it.rows = d.Segments.Append(rows)
	it.bytes = len(t.Data)
	for i := range it.rows {
		it.bytes += len(it.rows[i].Message)
	}
	d.pending = append(d.pending, it)
	d.rows += len(rows)
	d.bytes += it.bytes
	if d.full(d.rows, len(d.pending), d.bytes) {
		signal(d.sealNow)
	}
	if d.Watch != nil && len(it.rows) > 0 {
		d.Watch(it.rows)
	}
	return nil
}

// audit numbers a record and makes its rows.
func (d *Drainer) audit(ctx context.Context, t store.Taken, it *item) ([]segment.Row, error) {
	last, err := d.lastSequence(ctx, t.Account)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	rec := recordOf(t, now)
	rec.Seq = last + 1
	it.record = &rec
	var rows []segment.Row
	if row, ok := historyRow(rec, now); ok {
		it.history, it.time = true, row.Time
		rows = append(rows, row)
	}
	if d.Router == nil {
		return rows, nil
	}
	copies, err := d.Router.Route(ctx, rec)
	if err != nil {
		return nil, fmt.Errorf("route of record %s: %w", rec.EventID, err)
	}
	for _, c := range copies {
		if !logGroup(c.Group) {
			return nil, fmt.Errorf("route of record %s: %q is no log group", rec.EventID, c.Group)
		}
		if c.Ingested == 0 {
			c.Ingested = now.UnixMilli()
		}
		rows = append(rows, c)
	}
	return rows, nil
}

// reject sets a record aside that cannot be read; trying again would not help.
func (d *Drainer) reject(t store.Taken, it *item, reason error) {
	it.rejected = &Rejected{
		ID: t.ID, Account: t.Account, Region: t.Region, Kind: t.Kind, Data: t.Data,
		Reason: reason.Error(), At: d.Now().UTC(),
	}
	d.mu.Lock()
	d.rejected++
	d.mu.Unlock()
	d.Log.Error("outbox record set aside", "id", t.ID, "account", t.Account, "error", reason)
}
