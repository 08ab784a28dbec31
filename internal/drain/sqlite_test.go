package drain_test

import (
	"context"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

// TestCrashOnDisk repeats the crash on the engine that keeps rows on disk.
func TestCrashOnDisk(t *testing.T) {
	t.Parallel()
	for name, op := range map[string]storetest.Op{"failed": storetest.Commit, "unknown": storetest.CommitUnknown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			open := func() *sqlite.DB {
				db, err := sqlite.Open(dir, sqlite.Options{})
				if err != nil {
					t.Fatal(err)
				}
				return db
			}
			db := open()
			for i := range 120 {
				put(t, db, record(i, drain.Management))
			}
			plan := storetest.FailFrom(op, 2)
			p := start(t, storetest.Faulty(db, plan), dir, nil)
			// One Take gives all, so that both batches are waiting; the second meets the fault.
			if err := p.d.WaitSettled(t.Context()); err != nil {
				t.Fatal(err)
			}
			for plan.Fired() == 0 {
				if err := p.d.WaitSettled(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			p.stop()
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = open()
			put(t, db, record(120, drain.Management))
			p = start(t, db, dir, nil)
			p.flush()
			p.want(121)
			p.check()
			p.stop()
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// BenchmarkDrain is the whole way of records of life from the outbox into sealed segments.
func BenchmarkDrain(b *testing.B) {
	const n = 20_000
	rows := segmenttest.New(1).Rows(n)
	for b.Loop() {
		b.StopTimer()
		db := mem.New()
		for i := 0; i < n; i += 1000 {
			err := db.Update(b.Context(), func(tx store.Tx) error {
				for _, r := range rows[i : i+1000] {
					tx.Append(store.Record{Kind: store.AuditRecord, Account: r.Account, Region: r.Region, ID: r.ID, Data: r.Message})
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		s, err := segment.Open(b.Context(), db, b.TempDir(), segment.Options{Log: quiet})
		if err != nil {
			b.Fatal(err)
		}
		d := &drain.Drainer{State: db, Segments: s, Log: quiet}
		b.StartTimer()
		ctx, stop := context.WithCancel(b.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = d.Run(ctx) })
		if err := d.Flush(ctx); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		stop()
		wg.Wait()
		_ = s.Close()
		b.StartTimer()
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
}
