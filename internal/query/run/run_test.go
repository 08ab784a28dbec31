package run_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

func compile(t testing.TB, text string) *plan.Plan {
	t.Helper()
	p, err := plan.Compile(text)
	if err != nil {
		t.Fatalf("compile %s: %v", text, err)
	}
	return p
}

// lines is a source of small blocks that counts what is taken and given back.
type lines struct {
	messages []string
	size     int
	given    atomic.Int64
	back     atomic.Int64
	rows     atomic.Int64
}

func (l *lines) Scan(_ context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	for at := 0; at < len(l.messages); at += l.size {
		n := min(l.size, len(l.messages)-at)
		ts := make([]int64, n)
		for i := range ts {
			ts[i] = t0.UnixMilli() + int64(at+i)*1000
		}
		l.given.Add(1)
		l.rows.Add(int64(n))
		if err := yield(&block.Block{N: n, Base: int64(at + 1), Release: func() { l.back.Add(1) }, Columns: map[string]*block.Column{
			block.Message: block.StringColumn(l.messages[at:at+n], nil), block.Timestamp: block.TimeColumn(ts),
		}}); err != nil {
			return err
		}
	}
	return nil
}

func manyLines(n int) *lines {
	l := &lines{size: 16}
	for i := range n {
		l.messages = append(l.messages, fmt.Sprintf(`{"n":%d,"m":%d,"s":"k%d"}`, i, i%7, i*31%101))
	}
	return l
}

func options(s block.Source) run.Options {
	return run.Options{Source: s, Start: t0, End: t0.Add(24 * time.Hour), Now: t0.Add(24 * time.Hour), Workers: 2}
}

func TestRun_same_result_for_any_workers_and_blocks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`fields n, s | sort s desc, m | limit 20`, `fields n | limit 5`, `fields n | dedup s`, `sort n asc | dedup m`,
		`stats count(*), sum(n), avg(n), min(s), max(n), stddev(n), pct(n, 90), earliest(n), latest(s), values(m), count_distinct(s) by m`,
		`pattern @message`, `pattern @message | anomaly`, `sort n asc | accum n as t | autoregress n p=1-2`, `stats count(*) as c by bin(1m) | stats max(c)`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := compile(t, text)
			var want *run.Result
			for _, c := range []struct{ workers, size int }{{1, 1000}, {1, 7}, {2, 16}, {5, 3}} {
				src := manyLines(300)
				src.size = c.size
				opt := options(src)
				opt.Workers = c.workers
				got, err := run.Run(t.Context(), p, opt)
				if err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				}
				// Sums of squares may differ in the last digit with the order of merging; compare texts of all else.
				if !similar(want, got) {
					t.Errorf("%d workers, blocks of %d: %v, want %v", c.workers, c.size, got.Rows, want.Rows)
				}
				if src.given.Load() != src.back.Load() {
					t.Errorf("%d of %d blocks given back", src.back.Load(), src.given.Load())
				}
			}
		})
	}
}

func similar(a, b *run.Result) bool {
	if len(a.Rows) != len(b.Rows) || a.Matched != b.Matched || a.Scanned != b.Scanned || a.Bytes != b.Bytes {
		return false
	}
	for i := range a.Rows {
		if len(a.Rows[i]) != len(b.Rows[i]) {
			return false
		}
		for j, f := range a.Rows[i] {
			g := b.Rows[i][j]
			x, ok1 := value.ParseNumber(f.Value)
			y, ok2 := value.ParseNumber(g.Value)
			if f.Name != g.Name || ok1 != ok2 || ok1 && (x-y > 1e-9 || y-x > 1e-9) || !ok1 && f.Value != g.Value {
				return false
			}
		}
	}
	return true
}

// Moving filters among fields, sort and limit must not change the result of a query without stats.
func TestRun_place_of_filters_does_not_matter(t *testing.T) {
	t.Parallel()
	filters := []string{`filter m > 2`, `filter s like "1"`}
	rest := []string{`fields n, m * 2 as d`, `sort d desc`, `limit 7`}
	var want *run.Result
	for i := range len(rest) + 1 {
		for j := range len(rest) + 1 {
			text := ""
			for k := range len(rest) + 1 {
				if k == i {
					text += filters[0] + " | "
				}
				if k == j {
					text += filters[1] + " | "
				}
				if k < len(rest) {
					text += rest[k] + " | "
				}
			}
			text = text[:len(text)-3]
			got, err := run.Run(t.Context(), compile(t, text), options(manyLines(200)))
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !reflect.DeepEqual(got.Rows, want.Rows) || len(got.Rows) != 7 {
				t.Errorf("%s: %v, want %v", text, got.Rows, want.Rows)
			}
		}
	}
}

func TestRun_limits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		limits     run.Limits
		want       error
	}{
		{"groups", `stats count(*) by n`, run.Limits{Groups: 50}, run.ErrGroups},
		{"groups of all workers together", `stats count(*) by n`, run.Limits{Groups: 1999}, run.ErrGroups},
		{"groups that each worker has", `stats count(*) by m`, run.Limits{Groups: 7}, nil},
		{"groups of two stats", `stats count(*) by n | stats count(*) by n`, run.Limits{Groups: 2000}, nil},
		{"memory of groups", `stats values(n), pct(n, 50) by s`, run.Limits{Bytes: 1 << 10}, run.ErrMemory},
		{"memory of rows", `fields @message`, run.Limits{Bytes: 1 << 10}, run.ErrMemory},
		{"a small limit needs little", `fields n | limit 2`, run.Limits{Bytes: 4 << 10}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := manyLines(2000)
			opt := options(src)
			opt.Limits = c.limits
			_, err := run.Run(t.Context(), compile(t, c.text), opt)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if src.given.Load() != src.back.Load() {
				t.Errorf("%d of %d blocks given back", src.back.Load(), src.given.Load())
			}
		})
	}
}

// skipping leaves three events of ten bytes unread in each scan.
type skipping struct{ *lines }

func (s skipping) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	req.Skipped(3, 30)
	return s.lines.Scan(ctx, req, yield)
}

// What indexes save queries inside a query from reading counts as what they save itself.
func TestRun_counts_what_all_scans_skip(t *testing.T) {
	t.Parallel()
	for text, scans := range map[string]int64{
		`stats count(*)`: 1, `pattern @message | diff`: 2, `stats count(*) | logcompare timeshift 1h`: 2, `filter m in (filter n < 7 | fields m) | stats count(*)`: 2,
	} {
		res, err := run.Run(t.Context(), compile(t, text), options(skipping{manyLines(64)}))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if res.SkippedRows != 3*scans || res.SkippedBytes != 30*scans || res.Scanned != 64*scans {
			t.Errorf("%s: scanned %d, left out %d of %d bytes; %d scans", text, res.Scanned, res.SkippedRows, res.SkippedBytes, scans)
		}
	}
}

func TestRun_limit_any_stops_the_scan(t *testing.T) {
	t.Parallel()
	src := manyLines(100_000)
	res, err := run.Run(t.Context(), compile(t, `limit any 5`), options(src))
	if err != nil || len(res.Rows) != 5 {
		t.Fatalf("%d rows, %v", len(res.Rows), err)
	}
	if n := src.rows.Load(); n > 10_000 {
		t.Errorf("%d rows were scanned", n)
	}
}

func TestRun_cancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	src := &endless{lines: manyLines(64), after: cancel}
	_, err := run.Run(ctx, compile(t, `stats count(*)`), options(src))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if src.given.Load() != src.back.Load() {
		t.Errorf("%d of %d blocks given back", src.back.Load(), src.given.Load())
	}
}

// endless yields until the query stops it, and has the query cancelled after a while.
type endless struct {
	*lines
	after func()
}

func (e *endless) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	for i := 0; ; i++ {
		if i == 10 {
			e.after()
		}
		if err := e.lines.Scan(ctx, req, yield); err != nil {
			return err
		}
	}
}

func TestRun_source_failures(t *testing.T) {
	t.Parallel()
	broken := errors.New("segment is damaged")
	_, err := run.Run(t.Context(), compile(t, `fields a`), options(failing{scan: broken}))
	if !errors.Is(err, broken) {
		t.Errorf("failure of Scan: %v", err)
	}
	_, err = run.Run(t.Context(), compile(t, `fields a`), options(failing{load: broken}))
	if !errors.Is(err, broken) {
		t.Errorf("failure of late loading: %v", err)
	}
}

// A fault of an engine or of the evaluation ends the query, not the process.
func TestRun_panic(t *testing.T) {
	t.Parallel()
	src := &short{}
	_, err := run.Run(t.Context(), compile(t, `stats count(*) by a`), options(src))
	if err == nil || !strings.Contains(err.Error(), "panic in query") || src.back.Load() != 1 {
		t.Errorf("got %v, %d blocks given back", err, src.back.Load())
	}
}

// short yields a block whose column lacks a row.
type short struct{ back atomic.Int64 }

func (s *short) Scan(_ context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	return yield(&block.Block{N: 2, Release: func() { s.back.Add(1) }, Columns: map[string]*block.Column{
		block.Message: block.StringColumn([]string{`{"a":"b"}`}, nil), block.Timestamp: block.TimeColumn([]int64{0, 0}),
	}})
}

type failing struct{ scan, load error }

func (f failing) Scan(_ context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	if f.scan != nil {
		return f.scan
	}
	return yield(&block.Block{N: 1, Columns: map[string]*block.Column{block.Timestamp: block.TimeColumn([]int64{0})},
		Err: func() error { return f.load }})
}

func TestRunFrom(t *testing.T) {
	t.Parallel()
	p := compile(t, `stats count(*) as c by m | filter c > 10 | sort c desc | limit 1 | display m`)
	rows := &run.Table{Names: []string{"m", "c"}, Rows: [][]value.Value{
		{value.OfString("a"), value.OfInt(11)}, {value.OfString("b"), value.OfInt(12)}, {value.OfString("c"), value.OfInt(3)}}}
	res, err := run.RunFrom(t.Context(), p, 1, rows, options(nil))
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]run.Field{{{Name: "m", Value: "b"}}}; !reflect.DeepEqual(res.Rows, want) {
		t.Errorf("got %v", res.Rows)
	}
	if _, err := run.RunFrom(t.Context(), p, 3, rows, options(nil)); err == nil {
		t.Error("a stage that does not exist is accepted")
	}
}

func FuzzRun(f *testing.F) {
	for _, q := range append(guide, `fields jsonParse(@message) as d | unnest d.a into x | display x.b`, `expand a | stats count(*) by a`,
		`parse @message "a*b*" as x, y | parse @message logfmt as l | fields l.k, substr(x, 1, 2), replace(y, "a", x)`,
		`parse @message csv as a, b | parse @message XML '/a/b' as c | sort a, c | dedup b`,
		`stats pct(n, 50), values(s), topk2 by bin(1m) as t`, `pattern @message | diff`, `sessionize a maxspan 1m`,
		`fields @duration, @type, split(@message, " ") as p, jsonArraySize(p)`) {
		f.Add(q, `{"a":[1,{"b":"x"}],"n":1.5,"s":"t"}`)
	}
	f.Fuzz(func(t *testing.T, q, message string) {
		if len(q)+len(message) > 10_000 {
			return
		}
		p, err := plan.Compile(q)
		if err != nil {
			return
		}
		opt := options(&lines{messages: []string{message, `{"a":"b"}`, message}, size: 2})
		opt.Limits = run.Limits{Bytes: 1 << 22}
		opt.End = t0.Add(time.Minute)
		_, _ = run.Run(t.Context(), p, opt)
	})
}
