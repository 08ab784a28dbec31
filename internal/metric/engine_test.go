package metric_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// TestKeeper_engine folds a hot metric in a real engine while many write to it:
// no write fails, and every value counts once.
func TestKeeper_engine(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	k := &metric.Keeper{State: db, Log: slog.New(slog.DiscardHandler), Fold: 5 * time.Millisecond}
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	const writers, each = 8, 40
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := db.Update(ctx, func(tx store.Tx) error {
					return metric.Add(tx, account, region, "App", "m", nil, "Count", base, 1)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for range 2 {
		sum := 0.0
		err := db.View(t.Context(), func(tx store.Tx) error {
			bs, err := metric.In(tx).Points(account, region, "App", "m", nil, "", base, base.Add(time.Hour), time.Minute)
			for _, b := range bs {
				sum += b.Summary.Sum
			}
			return err
		})
		if err != nil || sum != writers*each {
			t.Errorf("sum %v, %v", sum, err)
		}
		if err := k.FoldAll(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
