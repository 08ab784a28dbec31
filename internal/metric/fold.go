package metric

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	foldBatch  = 1000 // deltas of one transaction
	sweepBatch = 2000 // rows deleted by one transaction
)

// levels are the lengths of buckets and how long each is kept.
var levels = []struct{ length, keep time.Duration }{
	{series.HighResolution, series.KeepHighResolution},
	{series.Standard, series.KeepMinutes},
	{5 * time.Minute, series.KeepFiveMinutes},
	{time.Hour, series.KeepHours},
}

// Keeper folds deltas into buckets and forgets old ones. Fields are set before
// Run and not changed after. One Keeper runs at a time per State.
type Keeper struct {
	State store.State
	Log   *slog.Logger
	// Now tells business time; time.Now if nil.
	Now func() time.Time
	// Fold is the pause between foldings, one second if zero; Sweep between
	// sweeps, one hour if zero.
	Fold, Sweep time.Duration
}

// Run works until ctx ends. A failure is logged and tried again at the next turn.
func (k *Keeper) Run(ctx context.Context) error {
	fold := time.NewTicker(orElse(k.Fold, time.Second))
	defer fold.Stop()
	sweep := time.NewTicker(orElse(k.Sweep, time.Hour))
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-fold.C:
			if err := k.FoldAll(ctx); err != nil && ctx.Err() == nil {
				k.Log.Error("metric values not folded; they stay readable", "error", err)
			}
		case <-sweep.C:
			if err := k.SweepAll(ctx); err != nil && ctx.Err() == nil {
				k.Log.Error("old metric values not deleted", "error", err)
			}
		}
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

func (k *Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}

// FoldAll folds every delta there is at its begin.
func (k *Keeper) FoldAll(ctx context.Context) error {
	var after store.Key
	for {
		// A read first: an idle server must not write.
		waiting := false
		err := k.State.View(ctx, func(tx store.Tx) error {
			for _, err := range deltas.Scan(tx, nil, after) {
				waiting = true
				return err
			}
			return nil
		})
		if err != nil || !waiting {
			return err
		}
		var next store.Key
		if err := k.State.Update(ctx, func(tx store.Tx) (err error) {
			next, err = fold(tx, after)
			return err
		}); err != nil {
			return fmt.Errorf("fold metric values: %w", err)
		}
		if next == nil {
			return nil
		}
		after = next
	}
}

// fold moves one batch of deltas into buckets. It returns the last key when there
// may be more.
func fold(tx store.Tx, after store.Key) (store.Key, error) {
	var batch []*deltaRow
	for r, err := range deltas.Scan(tx, nil, after) {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, r); len(batch) == foldBatch {
			break
		}
	}
	if len(batch) == 0 {
		return nil, nil
	}
	sums := map[string]*bucketRow{} // by key
	merged := map[string]*series.Summary{}
	newest := map[string]*lastRow{}
	for _, d := range batch {
		var s series.Summary
		if err := s.UnmarshalBinary(d.Summary); err != nil {
			return nil, fmt.Errorf("read metric values: %w", err)
		}
		for _, l := range levels {
			if l.length == series.HighResolution && !d.High {
				continue
			}
			n := seconds(l.length)
			b := &bucketRow{Account: d.Account, Region: d.Region, Hash: d.Hash, Seconds: n, At: floor(d.At, n), Unit: d.Unit}
			key := string(buckets.Key(b))
			if sums[key] == nil {
				sums[key], merged[key] = b, &series.Summary{}
			}
			merged[key].Merge(s)
		}
		last := &lastRow{Account: d.Account, Region: d.Region, Hash: d.Hash, At: d.At}
		key := string(lasts.Key(last))
		if was := newest[key]; was == nil || was.At < d.At {
			newest[key] = last
		}
		if err := deltas.Delete(tx, deltas.Key(d)); err != nil {
			return nil, err
		}
	}
	for key, b := range sums {
		if err := merge(tx, b, merged[key]); err != nil {
			return nil, err
		}
	}
	if err := note(tx, sums, merged); err != nil {
		return nil, err
	}
	for key, l := range newest {
		was, err := lasts.Get(tx, store.Key(key))
		if ignoreMissing(err) != nil {
			return nil, err
		}
		if was == nil || was.At < l.At {
			if err := lasts.Put(tx, l); err != nil {
				return nil, err
			}
		}
	}
	if len(batch) < foldBatch {
		return nil, nil
	}
	return deltas.Key(batch[len(batch)-1]), nil
}

func floor(at, n int64) int64 {
	r := at % n
	if r < 0 {
		r += n
	}
	return at - r
}

// merge adds values to a bucket.
func merge(tx store.Tx, b *bucketRow, add *series.Summary) error {
	old, err := buckets.Get(tx, buckets.Key(b))
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	default:
		var s series.Summary
		if err := s.UnmarshalBinary(old.Summary); err != nil {
			return fmt.Errorf("read metric bucket: %w", err)
		}
		s.Merge(*add)
		add = &s
	}
	if b.Summary, err = add.MarshalBinary(); err != nil {
		return fmt.Errorf("encode metric bucket: %w", err)
	}
	return buckets.Put(tx, b)
}

// SweepAll deletes buckets beyond their retention, and metrics whose last bucket
// has gone.
func (k *Keeper) SweepAll(ctx context.Context) error {
	var after store.Key
	for {
		var next store.Key
		err := k.State.Update(ctx, func(tx store.Tx) (err error) {
			next, err = sweep(tx, after, k.now())
			return err
		})
		if err != nil {
			return fmt.Errorf("delete old metric values: %w", err)
		}
		if next == nil {
			return nil
		}
		after = next
	}
}

// sweep looks at the metrics after a key until it deleted a batch. It returns
// where to go on, nil at the end.
func sweep(tx store.Tx, after store.Key, now time.Time) (store.Key, error) {
	var drop []store.Key
	var gone []*metricRow
	done := after
	seen, more := 0, false
	for m, err := range metrics.Scan(tx, nil, after) {
		if err != nil {
			return nil, err
		}
		if len(drop) >= sweepBatch || seen == sweepBatch {
			more = true
			break
		}
		seen++
		complete, err := expired(tx, m, now, &drop)
		if err != nil {
			return nil, err
		}
		if !complete {
			more = true // the rest of this metric comes with the next batch
			break
		}
		done = metrics.Key(m)
		old, err := forgotten(tx, m, now)
		if err != nil {
			return nil, err
		}
		if old {
			gone = append(gone, m)
		}
	}
	for _, key := range drop {
		if err := buckets.Delete(tx, key); err != nil {
			return nil, err
		}
	}
	for _, m := range gone {
		last := lastRow{Account: m.Account, Region: m.Region, Hash: hashOf(m.identity())}
		if err := ignoreMissing(lasts.Delete(tx, lasts.Key(&last))); err != nil {
			return nil, err
		}
		if err := metrics.Delete(tx, metrics.Key(m)); err != nil {
			return nil, err
		}
	}
	if !more {
		return nil, nil
	}
	if done == nil {
		return store.Key{}, nil // begin again: an empty key sorts before all
	}
	return done, nil
}

// expired collects the keys of a metric's buckets beyond retention; false if there
// were more than a batch takes.
func expired(tx store.Tx, m *metricRow, now time.Time, drop *[]store.Key) (bool, error) {
	hash := hashOf(m.identity())
	for _, l := range levels {
		limit := now.Add(-l.keep - l.length).Unix()
		for b, err := range buckets.Scan(tx, store.K(m.Account, m.Region, hash, seconds(l.length)), nil) {
			if err != nil {
				return false, err
			}
			if b.At >= limit {
				break
			}
			if len(*drop) >= 2*sweepBatch {
				return false, nil
			}
			*drop = append(*drop, buckets.Key(b))
		}
	}
	return true, nil
}

// forgotten tells whether the newest value of a metric is beyond all retentions.
func forgotten(tx store.Tx, m *metricRow, now time.Time) (bool, error) {
	hash := hashOf(m.identity())
	newest := m.Created
	last, err := lasts.Get(tx, store.K(m.Account, m.Region, hash))
	if ignoreMissing(err) != nil {
		return false, err
	}
	if last != nil {
		newest = max(newest, last.At)
	}
	if newest >= now.Add(-series.KeepHours-time.Hour).Unix() {
		return false, nil
	}
	for _, err := range deltas.Scan(tx, store.K(m.Account, m.Region, hash), nil) {
		return false, err
	}
	return true, nil
}
