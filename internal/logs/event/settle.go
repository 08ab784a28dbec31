package event

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// sweepRows is how many rows of deleted groups one settling removes.
const sweepRows = 500

// Settle brings stream statistics and stored bytes up to date with delivered
// events, in the drainer's transaction. now is in milliseconds. Streams that are
// missing are made: CloudTrail writes without creating them.
//
// Events of groups and streams deleted meanwhile count for nothing.
func Settle(tx store.Tx, now int64, events []logs.Event) error {
	type groupKey struct{ account, region, group string }
	work := make(map[groupKey]*delivered)
	var order []*delivered
	for i := range events {
		e := &events[i]
		k := groupKey{e.Account, e.Region, e.Group}
		d := work[k]
		if d == nil {
			g, err := logs.FindGroup(tx, e.Account, e.Region, e.Group)
			if err != nil && !isRefusal(err) {
				return err
			}
			d = &delivered{group: g, days: make(map[int64]int64), streams: make(map[string]*logs.Activity)}
			work[k] = d
			order = append(order, d)
		}
		if d.group == nil || e.Ingested < d.group.Created {
			continue
		}
		if err := d.add(tx, e); err != nil {
			return err
		}
	}
	for _, d := range order {
		if err := d.save(tx, now); err != nil {
			return err
		}
	}
	return logs.SweepOrphans(tx, sweepRows)
}

// delivered collects what a batch brought to one group.
type delivered struct {
	group   *logs.Group // nil if it is gone
	days    map[int64]int64
	streams map[string]*logs.Activity
	gone    map[string]int64
	names   []string
}

func (d *delivered) add(tx store.Tx, e *logs.Event) error {
	a := d.streams[e.Stream]
	if a == nil {
		var err error
		if a, err = d.open(tx, e); err != nil {
			return err
		}
	}
	if a == nil || e.Ingested <= d.gone[e.Stream] {
		return nil
	}
	if a.Ingested == 0 || e.Time < a.First {
		a.First = e.Time
	}
	if a.Ingested == 0 || e.Time > a.Last {
		a.Last = e.Time
	}
	a.Ingested = max(a.Ingested, e.Ingested)
	d.days[logs.Day(e.Time)] += int64(len(e.Message))
	return nil
}

// open reads a stream's statistics, or makes the stream; nil if the event is one
// of a deleted stream.
func (d *delivered) open(tx store.Tx, e *logs.Event) (*logs.Activity, error) {
	g := d.group
	key := store.K(g.Account, g.Region, g.ID, e.Stream)
	if d.gone == nil {
		d.gone = make(map[string]int64)
	}
	if _, known := d.gone[e.Stream]; !known {
		m, err := logs.GoneStreams.Get(tx, key)
		switch {
		case err == nil:
			d.gone[e.Stream] = m.At
		case errors.Is(err, store.ErrNotFound):
			d.gone[e.Stream] = 0
		default:
			return nil, fmt.Errorf("deleted log stream: %w", err)
		}
	}
	a, err := logs.Activities.Get(tx, key)
	if errors.Is(err, store.ErrNotFound) {
		if e.Ingested <= d.gone[e.Stream] {
			return nil, nil
		}
		a, err = logs.AddStream(tx, g, e.Stream, e.Ingested)
	}
	if err != nil {
		return nil, fmt.Errorf("statistics of log stream: %w", err)
	}
	d.streams[e.Stream] = a
	d.names = append(d.names, e.Stream)
	return a, nil
}

func (d *delivered) save(tx store.Tx, now int64) error {
	for _, name := range d.names {
		if err := logs.Activities.Put(tx, d.streams[name]); err != nil {
			return fmt.Errorf("statistics of log stream: %w", err)
		}
	}
	if len(d.days) == 0 {
		return nil
	}
	return logs.AddBytes(tx, d.group, now, d.days)
}

// isRefusal tells a missing group from a failing store.
func isRefusal(err error) bool {
	var refused *schema.Error
	return errors.As(err, &refused)
}
