//go:build cgo

package duckdb

import (
	"context"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// killing kills the child when its first row arrives.
type killing struct{ *Pool }

func (k killing) Query(ctx context.Context, req accel.Request, row func(int, []accel.Cell) error) error {
	return k.Pool.Query(ctx, req, func(i int, cells []accel.Cell) error {
		k.killAll()
		return row(i, cells)
	})
}

// history is a store of n generated records, half of them sealed.
func history(t testing.TB, n int) *segment.Store {
	t.Helper()
	state := mem.New()
	s, err := segment.Open(t.Context(), state, t.TempDir(), segment.Options{Now: func() time.Time { return time.UnixMilli(segmenttest.Epoch) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	g := segmenttest.New(1)
	rows := s.Append(g.Rows(n / 2))
	m, err := s.Seal(t.Context(), rows)
	if err == nil {
		err = state.Update(t.Context(), func(tx store.Tx) error { return s.Commit(tx, m) })
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Publish(m, len(rows))
	s.Append(g.Rows(n / 2))
	return s
}

func TestEngine_childDiesInTheMiddle(t *testing.T) {
	t.Parallel()
	s := history(t, 8_000)
	p := newPool(t, Options{Log: slog.New(slog.DiscardHandler), Backoff: time.Nanosecond})
	quiet := accel.Options{MinBytes: -1, Heavy: true, Log: slog.New(slog.DiscardHandler)}
	dying, plain, well := accel.New(s, killing{p}, quiet), accel.New(s, nil, quiet), accel.New(s, p, quiet)
	target := accel.Target{Account: segmenttest.Account, Region: segmenttest.Region, Groups: []string{segment.History}}
	for i, q := range []string{
		"stats count(*) by eventID, requestID, userAgent",
		"fields @timestamp, @message | sort @timestamp desc | limit 5000",
	} {
		pl, err := plan.Compile(q)
		if err != nil {
			t.Fatal(err)
		}
		results := make([]*run.Result, 0, 3)
		progress := make([]*run.Progress, 0, 3)
		for _, e := range []*accel.Engine{plain, dying, well} {
			pr := &run.Progress{}
			res, err := e.Run(t.Context(), pl, target, run.Options{Start: time.UnixMilli(segmenttest.Epoch),
				End: time.UnixMilli(segmenttest.Epoch + 3600_000), Now: time.UnixMilli(segmenttest.Epoch), Progress: pr})
			if err != nil {
				t.Fatal(err)
			}
			results, progress = append(results, res), append(progress, pr)
		}
		for k, res := range results {
			if !reflect.DeepEqual(res, results[0]) {
				t.Errorf("%s: engine %d differs: %d rows, %d of %d", q, k, len(res.Rows), res.Matched, res.Scanned)
			}
			if pr := progress[k]; pr.Matched.Load() != res.Matched || pr.Scanned.Load() != res.Scanned || pr.Bytes.Load() != res.Bytes {
				t.Errorf("%s: engine %d: progress %d of %d", q, k, pr.Matched.Load(), pr.Scanned.Load())
			}
		}
		if got := dying.Stats(); got.Fallbacks != int64(i+1) || got.Accelerated != 0 {
			t.Errorf("%s: %+v", q, got)
		}
		if got := well.Stats(); got.Accelerated != int64(i+1) {
			t.Errorf("%s: %+v", q, got)
		}
	}
}
