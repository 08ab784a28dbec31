package topic

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// messageLife is longer than a job may be tried.
const messageLife = 24 * time.Hour

// sweepBatch is how many rows of each kind one Sweep deletes.
const sweepBatch = 1000

// Sweep deletes messages that no job delivers any more and subscriptions that
// nobody confirmed in three days. It is called now and then; true says that there
// may be more.
func (s *Service) Sweep(tx store.Tx, now time.Time) (bool, error) {
	var old, stale []store.Key
	for at, err := range messages.ScanIndex(tx, "age", nil, nil, false) {
		if err != nil {
			return false, fmt.Errorf("read old messages: %w", err)
		}
		if at.Row.At >= now.Add(-messageLife).UnixMilli() || len(old) == sweepBatch {
			break
		}
		old = append(old, messages.Key(at.Row))
	}
	for at, err := range subscriptions.ScanIndex(tx, "pending", nil, nil, false) {
		if err != nil {
			return false, fmt.Errorf("read pending subscriptions: %w", err)
		}
		if !at.Row.Created.Before(now.Add(-pendingLife)) || len(stale) == sweepBatch {
			break
		}
		stale = append(stale, subscriptions.Key(at.Row))
	}
	for _, k := range old {
		if err := messages.Delete(tx, k); err != nil {
			return false, fmt.Errorf("delete old message: %w", err)
		}
	}
	for _, k := range stale {
		if err := subscriptions.Delete(tx, k); err != nil {
			return false, fmt.Errorf("delete pending subscription: %w", err)
		}
	}
	return len(old) == sweepBatch || len(stale) == sweepBatch, nil
}

// Sweeper calls Sweep every hour. Fields are set before Run and not changed after.
type Sweeper struct {
	Service *Service
	State   store.State
	Log     *slog.Logger
	// Now tells business time; time.Now if nil.
	Now func() time.Time
}

// Run works until ctx ends. A failure is logged and tried again at the next turn.
func (w *Sweeper) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := w.all(ctx); err != nil && ctx.Err() == nil {
				w.Log.Error("old messages not deleted", "error", err)
			}
		}
	}
}

func (w *Sweeper) all(ctx context.Context) error {
	now := time.Now()
	if w.Now != nil {
		now = w.Now()
	}
	for more := true; more; {
		err := w.State.Update(ctx, func(tx store.Tx) (err error) {
			more, err = w.Service.Sweep(tx, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
