package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// whole runs a command that needs all rows of a stage at once.
func (r *runner) whole(ctx context.Context, st *plan.Stage, stage int, t *Table) (*Table, error) {
	before := len(t.Rows) * len(t.Names)
	out, err := r.command(ctx, st, stage, t)
	if err != nil {
		return nil, err
	}
	return out, r.hold(cellBytes * int64(max(0, len(out.Rows)*len(out.Names)-before)))
}

func (r *runner) command(ctx context.Context, st *plan.Stage, stage int, t *Table) (*Table, error) {
	switch c := st.Whole.(type) {
	case *syntax.Pattern:
		return t, nil // its sink did the work
	case *syntax.Diff:
		return r.diff(ctx, c, stage, t)
	case *syntax.Anomaly:
		return r.anomaly(ctx, stage, t)
	case *syntax.Autoregress:
		return r.autoregress(c, t)
	case *syntax.Accum:
		return accum(c, t), nil
	case *syntax.FillDown:
		return fillDown(c, t), nil
	case *syntax.FillMissing:
		return r.fillMissing(c, stage, t)
	case *syntax.Outlier:
		return outlier(c, t), r.hold(8 * int64(len(t.Rows)))
	case *syntax.Sessionize:
		return r.sessionize(c, t)
	case *syntax.AddTotals:
		return addTotals(c, t, st.Visible), nil
	case *syntax.CountFrequent:
		return r.countFrequent(c, t)
	case *syntax.AppendCols:
		return r.appendCols(ctx, c, t)
	case *syntax.RelevantFields:
		return r.relevantFields(c, t)
	}
	return nil, fmt.Errorf("BUG: %s is not a command over all rows", st.Whole)
}

// ensure returns the index of a column, adding it empty if needed.
func (t *Table) ensure(name string) int {
	t.widen(name)
	return t.column(name)
}

// widen adds the columns that are not there yet, all at once: each time rows are copied.
func (t *Table) widen(names ...string) {
	old := len(t.Names)
	t.Names = slices.Clip(t.Names)
	for _, n := range names {
		if t.column(n) < 0 {
			t.Names = append(t.Names, n)
		}
	}
	if len(t.Names) == old {
		return
	}
	for i, row := range t.Rows {
		t.Rows[i] = append(row[:old:old], make([]value.Value, len(t.Names)-old)...)
	}
}

// matching are the columns for names, of which those ending in * match beginnings; no names match the visible columns.
func (t *Table) matching(names []string) []int {
	var out []int
	for i, n := range t.Names {
		for _, want := range names {
			if base, star := strings.CutSuffix(want, "*"); n == want || star && strings.HasPrefix(n, base) {
				out = append(out, i)
				break
			}
		}
		if len(names) == 0 && !strings.HasPrefix(n, "@") {
			out = append(out, i)
		}
	}
	return out
}

func fieldNames(fs []*syntax.Field) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.Name()
	}
	return out
}
