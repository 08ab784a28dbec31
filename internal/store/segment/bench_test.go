package segment_test

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

func BenchmarkPromoteAndSeal(b *testing.B) {
	s, err := segment.Open(b.Context(), mem.New(), b.TempDir(), segment.Options{Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	rows := s.Append(segmenttest.New(1).Rows(20_000))
	var raw int64
	for _, r := range rows {
		raw += int64(len(r.Message))
	}
	b.SetBytes(raw)
	b.ResetTimer()
	var m segment.Manifest
	for b.Loop() {
		if m, err = s.Seal(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Discard(m); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(m.Bytes)/float64(m.Rows), "B/row")
	b.ReportMetric(float64(raw)/float64(len(rows)), "rawB/row")
}

// million is a store of 1 M records, made once per run of the benchmarks.
type million struct {
	once sync.Once
	dir  string
	s    *segment.Store
	ids  []string
	err  error
}

var big million

func (m *million) open(b *testing.B) *segment.Store {
	m.once.Do(func() {
		m.dir, m.err = os.MkdirTemp("", "segment-bench-")
		if m.err != nil {
			return
		}
		state := mem.New()
		m.s, m.err = segment.Open(b.Context(), state, m.dir, segment.Options{Now: clock})
		g := segmenttest.New(1)
		for i := 0; i < 50 && m.err == nil; i++ {
			rows := m.s.Append(g.Rows(20_000))
			m.ids = append(m.ids, rows[777].ID)
			var man segment.Manifest
			if man, m.err = m.s.Seal(b.Context(), rows); m.err != nil {
				return
			}
			m.err = state.Update(b.Context(), func(tx store.Tx) error { return m.s.Commit(tx, man) })
			m.s.Publish(man, len(rows))
		}
		for m.err == nil {
			var more bool
			if more, m.err = m.s.Compact(b.Context()); !more {
				break
			}
		}
	})
	if m.err != nil {
		b.Fatal(m.err)
	}
	return m.s
}

func TestMain(m *testing.M) {
	code := m.Run()
	if big.dir != "" {
		_ = os.RemoveAll(big.dir)
	}
	os.Exit(code)
}

func benchScan(b *testing.B, req block.ScanRequest, columns ...string) {
	s := big.open(b)
	req.Start, req.End = time.UnixMilli(0), time.UnixMilli(at*2)
	src := s.Source(segmenttest.Account, segmenttest.Region, []string{segment.History})
	var n atomic.Int64
	b.ResetTimer()
	for b.Loop() {
		n.Store(0)
		err := src.Scan(b.Context(), req, func(blk *block.Block) error {
			for _, name := range columns {
				if blk.Column(name) == nil {
					b.Errorf("no column %s", name)
				}
			}
			n.Add(int64(blk.N))
			return blk.Done()
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n.Load()), "rows")
}

func BenchmarkScanPromoted1M(b *testing.B) {
	benchScan(b, block.ScanRequest{}, "eventName", "additionalEventData.sub", "sourceIPAddress")
}

func BenchmarkScanFiltered1M(b *testing.B) {
	benchScan(b, block.ScanRequest{Equal: []block.Predicate{{Column: "eventName", Op: block.Eq, Values: []string{"CreateUserPoolClient"}}}}, "@message")
}

func BenchmarkScanMessages1M(b *testing.B) {
	benchScan(b, block.ScanRequest{}, "@message")
}

func BenchmarkLookupEventID1M(b *testing.B) {
	s := big.open(b)
	i := 0
	b.ResetTimer()
	for b.Loop() {
		i++
		res, err := s.Lookup(b.Context(), segment.LookupRequest{
			Account: segmenttest.Account, Region: segmenttest.Region,
			Attribute: segment.ByEventID, Value: big.ids[i%len(big.ids)], Limit: 50,
		})
		if err != nil || len(res.Rows) != 1 {
			b.Fatalf("%d rows: %v", len(res.Rows), err)
		}
	}
}

func BenchmarkLookupNewest1M(b *testing.B) {
	s := big.open(b)
	b.ResetTimer()
	for b.Loop() {
		res, err := s.Lookup(b.Context(), segment.LookupRequest{Account: segmenttest.Account, Region: segmenttest.Region, Limit: 50})
		if err != nil || len(res.Rows) != 50 {
			b.Fatalf("%d rows: %v", len(res.Rows), err)
		}
	}
}

// BenchmarkGenerate keeps the generator's own cost apart.
func BenchmarkGenerate(b *testing.B) {
	g := segmenttest.New(1)
	for b.Loop() {
		g.Next()
	}
}
