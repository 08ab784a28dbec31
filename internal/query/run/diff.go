package run

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// diff compares the patterns with those of an earlier range.
func (r *runner) diff(ctx context.Context, c *syntax.Diff, stage int, now *Table) (*Table, error) {
	d := r.opt.End.Sub(r.opt.Start)
	switch c.Modifier {
	case "previousDay":
		d = 24 * time.Hour
	case "previousWeek":
		d = 7 * 24 * time.Hour
	case "previousMonth":
		d = r.opt.Start.Sub(r.opt.Start.AddDate(0, -1, 0))
	}
	before, _, err := r.earlier(ctx, stage, d)
	if err != nil {
		return nil, err
	}
	if err := r.holdRows(len(now.Rows)+len(before.Rows), 8); err != nil {
		return nil, err
	}
	type pair struct {
		now, before float64
		severity    value.Value
	}
	pairs := map[string]*pair{}
	note := func(t *Table, set func(*pair, float64)) {
		for _, row := range t.Rows {
			k := row[0].Raw()
			if pairs[k] == nil {
				pairs[k] = &pair{severity: row[3]}
			}
			n, _ := row[2].Num()
			set(pairs[k], n)
		}
	}
	note(now, func(p *pair, n float64) { p.now = n })
	note(before, func(p *pair, n float64) { p.before = n })
	out := &Table{Names: []string{"@pattern", "@eventCount", "@differenceEventCount", "@differenceDescription", "@severityLabel"}}
	for k, p := range pairs {
		out.Rows = append(out.Rows, []value.Value{value.OfString(k), value.OfNumber(p.now), value.OfNumber(p.now - p.before),
			value.OfString(describe(p.now, p.before)), p.severity})
	}
	slices.SortFunc(out.Rows, func(a, b []value.Value) int {
		x, _ := a[2].Num()
		y, _ := b[2].Num()
		return cmp.Or(-cmp.Compare(math.Abs(x), math.Abs(y)), strings.Compare(a[0].Raw(), b[0].Raw()))
	})
	return out, nil
}

// earlier runs the stages before the given one over a range that lies d earlier.
func (r *runner) earlier(ctx context.Context, stage int, d time.Duration) (*Table, tokenBook, error) {
	p := *r.plan
	p.Stages = p.Stages[:stage]
	t, book, err := r.shifted(ctx, &p, d)
	if err != nil {
		return nil, nil, fmt.Errorf("earlier range: %w", err)
	}
	return t, book, nil
}

// describe words a difference. (inferred)
func describe(now, before float64) string {
	switch {
	case before == 0:
		return "New pattern"
	case now == 0:
		return "Pattern no longer present"
	case now == before:
		return "No change"
	case now > before:
		return fmt.Sprintf("Increased by %.0f%%", (now-before)/before*100)
	}
	return fmt.Sprintf("Decreased by %.0f%%", (before-now)/before*100)
}
