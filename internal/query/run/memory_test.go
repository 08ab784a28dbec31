package run_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/run"
)

// endlessIDs are rows of which nothing ever comes twice; they are made when they are read and kept by nobody.
type endlessIDs struct {
	rows    int
	message func(n uint64) string
	read    atomic.Int64
}

func (e *endlessIDs) Scan(ctx context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	size := min(1024, e.rows)
	for at := 0; at < e.rows && ctx.Err() == nil; at += size {
		ms, ts := make([]string, size), make([]int64, size)
		for i := range size {
			ms[i] = e.message(uint64(at + i))
			ts[i] = t0.UnixMilli() + int64(at+i)
		}
		e.read.Add(int64(size))
		err := yield(&block.Block{N: size, Base: int64(at + 1), Columns: map[string]*block.Column{
			block.Message: block.StringColumn(ms, nil), block.Timestamp: block.TimeColumn(ts), block.Ptr: block.StringColumn(ms, nil),
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// peak is the most memory that objects take while f runs, beyond what they took before.
func peak(t *testing.T, f func()) int64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := int64(m.HeapAlloc), int64(0)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			runtime.ReadMemStats(&m)
			most = max(most, int64(m.HeapAlloc)-before)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	f()
	close(done)
	wg.Wait()
	return most
}

// Whatever a query holds, it stays below its limit, or ends with a clear error. It takes turns with no other test: it looks at
// the memory of the process.
func TestRun_memory_stays_bounded(t *testing.T) {
	const (
		limit = 8 << 20
		// What is no row: blocks that are read, buffers, garbage not yet collected.
		beside = 16 << 20
	)
	pad := strings.Repeat("x", 40)
	record := func(n uint64) string {
		return fmt.Sprintf(`{"n":%d,"id":"%016x","s":"%s"}`, n, n*0x9e3779b97f4a7c15, pad)
	}
	list := func(n uint64) string { return fmt.Sprintf(`{"n":%d,"l":[1,2,3,4,5,6,7,8]}`, n) }
	words := func(n uint64) string { // without a digit, which would be a token
		return strings.Map(func(r rune) rune { return r%16 + 'g' }, fmt.Sprintf("%016x", n*0x9e3779b97f4a7c15))
	}
	for _, c := range []struct {
		name, text string
		message    func(n uint64) string // record if nil
		rows       int
		want       error
	}{
		{"unique groups", `stats count(*) by id`, nil, 70_000, run.ErrMemory},
		{"unique groups of two keys", `stats count(*) by id, n`, nil, 70_000, run.ErrMemory},
		{"unique groups with states", `stats values(s), pct(n, 90), count_distinct(id), max(s) by id`, nil, 70_000, run.ErrMemory},
		{"groups of groups", `stats count(*) as c by id | stats count(*) by id`, nil, 60_000, run.ErrMemory},
		{"count_distinct", `stats count_distinct(id)`, nil, 70_000, nil},
		{"count_distinct of groups", `stats count_distinct(id) by n`, nil, 70_000, run.ErrMemory},
		{"values", `stats values(id)`, nil, 70_000, nil},
		{"topk", `stats topk(10, id)`, nil, 70_000, nil},
		{"percentiles", `stats pct(n, 50), pct(n, 99), median(n)`, nil, 70_000, nil},
		{"dedup", `fields @message | dedup id`, nil, 70_000, run.ErrMemory},
		{"dedup with limit", `fields id | dedup id | limit 10`, nil, 70_000, run.ErrMemory},
		{"sort with limit", `sort id desc | limit 100`, nil, 70_000, nil},
		{"sort with the largest limit", `fields @message | sort id desc | limit 100000`, nil, 70_000, run.ErrMemory},
		{"pattern", `pattern @message`, nil, 70_000, nil},
		{"patterns without end", `pattern @message`, words, 70_000, nil},
		{"diff of patterns without end", `pattern @message | diff`, words, 40_000, run.ErrMemory},
		{"diff", `pattern @message | diff`, nil, 40_000, nil},
		{"anomaly", `pattern @message | anomaly`, nil, 40_000, nil},
		{"join", `fields n | join type=inner left=l right=r where l.id = r.id (fields id, s) | stats count(*)`, nil, 10_000, nil},
		{"join of too much", `fields n | join type=inner left=l right=r where l.id = r.id (fields id, s, @message) | stats count(*)`, nil, 60_000, run.ErrMemory},
		{"subquery", `filter id in (stats count(*) by id | display id) | stats count(*)`, nil, 70_000, run.ErrMemory},
		{"sessionize", `sessionize id`, nil, 70_000, run.ErrMemory},
		{"accum", `accum n as t`, nil, 70_000, run.ErrMemory},
		{"autoregress", `limit 3000 | autoregress n p=1-1000`, nil, 20_000, run.ErrMemory},
		{"count_frequent", `count_frequent id`, nil, 70_000, run.ErrMemory},
		{"relevantfields", `relevantfields where n > 5`, nil, 70_000, run.ErrMemory},
		{"outlier", `outlier n`, nil, 70_000, run.ErrMemory},
		{"addtotals", `addtotals n`, nil, 70_000, run.ErrMemory},
		{"fillmissing", `stats count(*) by bin(1s), id | fillmissing`, nil, 20_000, run.ErrMemory},
		{"appendcols", `fields n | limit 10 | appendcols (fields id, @message)`, nil, 70_000, run.ErrMemory},
		{"logcompare", `stats count(*) by id | logcompare timeshift 1d`, nil, 60_000, run.ErrMemory},
		{"unnest", `fields jsonParse(@message) as d | unnest d.l into x | stats count(*) by x, n`, list, 70_000, run.ErrMemory},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := &endlessIDs{rows: c.rows, message: c.message}
			if c.message == nil {
				src.message = record
			}
			opt := options(src)
			opt.Limits = run.Limits{Bytes: limit, Partial: 1}
			var err error
			got := peak(t, func() { _, err = run.Run(t.Context(), compile(t, c.text), opt) })
			t.Logf("%v at most %d MB, %d rows read", err, got>>20, src.read.Load())
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got > limit+beside {
				t.Errorf("%d MB were held, the limit is %d MB", got>>20, limit>>20)
			}
		})
	}
}
