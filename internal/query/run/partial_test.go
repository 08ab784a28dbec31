package run_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/run"
)

// slow yields its blocks one second apart and calls look between them.
type slow struct {
	*lines
	look func(block int)
}

func (s slow) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	n := 0
	return s.lines.Scan(ctx, req, func(b *block.Block) error {
		if err := yield(b); err != nil {
			return err
		}
		time.Sleep(time.Second) // of the bubble
		synctest.Wait()
		n++
		s.look(n)
		return nil
	})
}

func TestRun_partial_rows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string // rows after three blocks of sixteen lines
	}{
		{`fields n | sort n desc | limit 3`, []string{"47", "46", "45"}},
		{`fields n | limit 2`, []string{"47", "46"}},
		{`fields n | sort n asc | filter n > 20 | limit 2`, []string{"21", "22"}},
		{`stats count(*)`, []string{"48"}},
		{`stats count(*) as c, max(n) by m`, []string{"0 7 42", "1 7 43", "2 7 44", "3 7 45", "4 7 46", "5 7 47", "6 6 41"}},
		{`stats sum(n) as s, median(n) by m | sort s desc | limit 2`, []string{"5 182 26", "4 175 25"}},
		{`stats count_distinct(s), values(m), pct(n, 50), avg(n)`, []string{"48 0,1,2,3,4,5,6 23.5 23.5"}},
		{`stats count(*) as c by m | filter c = 7 | stats count(*), min(m)`, []string{"6 0"}},
		{`fields m | dedup m`, []string{"5", "4", "3", "2", "1", "0", "6"}},
		{`filter n > 100 | stats count(*) by m`, nil},
		{`pattern @message | display @sampleCount`, []string{"48"}},
		{`sort n asc | accum n as t | limit 2 | display n, t`, []string{"0 0", "1 1"}},
		{`stats count(*) by s | limit 1`, []string{"k0 1"}},
		{`pattern @message | diff`, nil},
		{`pattern @message | anomaly`, nil},
		{`stats count(*) | logcompare timeshift 1h`, nil},
		{`stats count(*) as c by m | filter c in (fields n)`, nil},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				progress := &run.Progress{}
				checked := false
				opt := options(slow{manyLines(64), func(n int) {
					if n != 3 {
						return
					}
					checked = true
					var got []string
					for _, row := range progress.Partial() {
						var cells []string
						for _, c := range row {
							if c.Name != block.Ptr {
								cells = append(cells, c.Value)
							}
						}
						got = append(got, strings.Join(cells, " "))
					}
					if !slices.Equal(got, c.want) {
						t.Errorf("shown %v, want %v", got, c.want)
					}
				}})
				opt.Progress, opt.Workers = progress, 1
				if _, err := run.Run(t.Context(), compile(t, c.text), opt); err != nil {
					t.Fatal(err)
				}
				if !checked {
					t.Error("the scan ended early")
				}
			})
		})
	}
}

// When everything was read, what is shown is the answer; showing changes nothing of it.
func TestRun_partial_rows_end_as_the_answer(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`fields n, s | sort s desc, m | limit 20`, `fields n | dedup s`, `sort n asc | dedup m`,
		`stats count(*), sum(n), avg(n), min(s), max(n), stddev(n), variance(m), pct(n, 90), median(n), earliest(n), latest(s), values(m), count_distinct(s), rate(n, 1m), sortsFirst(s) by m`,
		`stats topk(3, s)`, `stats count(*) by m, s`, `pattern @message`, `sort n asc | accum n as t | autoregress n p=1-2`, `addtotals n`, `count_frequent m`,
		`stats count(*) as c by bin(1m) | stats max(c)`, `stats count(*) by bin(1h), m | fillmissing`, `sessionize m | dedup m`,
		`stats count(*) as c by s | filter c > 1 | sort c desc, s asc | limit 4 | display s`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const blocks = 10
				progress := &run.Progress{}
				var shown [][]run.Field
				opt := options(slow{manyLines(16 * blocks), func(n int) {
					if n == blocks {
						shown = progress.Partial()
					}
				}})
				opt.Progress, opt.Workers = progress, 3
				p := compile(t, text)
				res, err := run.Run(t.Context(), p, opt)
				if err != nil {
					t.Fatal(err)
				}
				if len(shown) == 0 || !similar(&run.Result{Rows: shown}, &run.Result{Rows: res.Rows}) {
					t.Errorf("shown %v, answer %v", shown, res.Rows)
				}
				opt.Source = manyLines(16 * blocks)
				unseen, err := run.Run(t.Context(), p, opt)
				if err != nil {
					t.Fatal(err)
				}
				if !similar(&run.Result{Rows: unseen.Rows}, &run.Result{Rows: res.Rows}) {
					t.Errorf("answer %v, without a look before the end %v", res.Rows, unseen.Rows)
				}
			})
		})
	}
}

// What is too much to copy is not shown any more.
func TestRun_partial_rows_are_bounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		progress := &run.Progress{}
		last := 0
		opt := options(slow{manyLines(640), func(int) { last = len(progress.Partial()) }})
		opt.Progress, opt.Workers, opt.Limits.Partial = progress, 1, 20<<10
		res, err := run.Run(t.Context(), compile(t, `stats count(*) by n`), opt)
		if err != nil {
			t.Fatal(err)
		}
		if last == 0 || last > 120 || len(res.Rows) != 640 {
			t.Errorf("%d groups shown of %d", last, len(res.Rows))
		}
	})
}
