package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// BenchmarkCommit measures durable transactions of one row of 1 kB and one
// record of 1.3 kB, the shape of a sign-in. A drainer settles the records.
func BenchmarkCommit(b *testing.B) {
	for _, workers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", workers), func(b *testing.B) {
			db, err := Open(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			row, data := make([]byte, 1000), make([]byte, 1300)
			ctx, stop := context.WithCancel(b.Context())
			var drained sync.WaitGroup
			drained.Go(func() { drain(ctx, db) })
			times := make([]time.Duration, b.N)
			var next atomic.Int64
			var done sync.WaitGroup
			b.ResetTimer()
			for range workers {
				done.Go(func() {
					for {
						i := next.Add(1) - 1
						if i >= int64(b.N) {
							return
						}
						start := time.Now()
						key := store.K("111122223333", "eu-west-1", fmt.Sprintf("%016x", rand.Uint64()))
						err := db.Update(b.Context(), func(tx store.Tx) error {
							if _, err := tx.Get("users", key); err == nil {
								return store.ErrExists
							}
							tx.Append(store.Record{Kind: store.AuditRecord, Account: "111122223333", Region: "eu-west-1", ID: "x", Data: data})
							return tx.Put("users", key, row)
						})
						if err != nil {
							b.Error(err)
							return
						}
						times[i] = time.Since(start)
					}
				})
			}
			done.Wait()
			b.StopTimer()
			slices.Sort(times)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
			stop()
			drained.Wait()
		})
	}
}

func drain(ctx context.Context, db *DB) {
	for {
		select {
		case <-db.Wake():
		case <-ctx.Done():
			return
		}
		for {
			recs, err := db.Take(ctx, 20_000)
			if err != nil || len(recs) == 0 {
				break
			}
			ids := make([]int64, len(recs))
			for i, r := range recs {
				ids[i] = r.ID
			}
			_ = db.Update(ctx, func(tx store.Tx) error { tx.Settle(ids); return nil })
		}
	}
}

// BenchmarkGet measures a transaction that reads one cached row.
func BenchmarkGet(b *testing.B) {
	db, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	key := store.K("111122223333", "eu-west-1", "alice")
	if err := db.Update(b.Context(), func(tx store.Tx) error { return tx.Put("users", key, make([]byte, 1000)) }); err != nil {
		b.Fatal(err)
	}
	get := func(tx store.Tx) error { _, err := tx.Get("users", key); return err }
	b.Run("update", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := db.Update(b.Context(), get); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("view", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := db.View(b.Context(), get); err != nil {
				b.Fatal(err)
			}
		}
	})
}
