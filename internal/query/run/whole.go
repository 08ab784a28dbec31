package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// whole runs a command that needs all rows of a stage at once.
func (r *runner) whole(ctx context.Context, st *plan.Stage, stage int, t *Table) (*Table, error) {
	switch c := st.Whole.(type) {
	case *syntax.Pattern:
		return t, nil // its sink did the work
	case *syntax.Diff:
		return r.diff(ctx, c, stage, t)
	case *syntax.Anomaly:
		return r.anomaly(ctx, stage, t)
	case *syntax.Autoregress:
		return autoregress(c, t), nil
	case *syntax.Accum:
		return accum(c, t), nil
	case *syntax.FillDown:
		return fillDown(c, t), nil
	case *syntax.FillMissing:
		return r.fillMissing(c, stage, t)
	case *syntax.Outlier:
		return outlier(c, t), nil
	case *syntax.Sessionize:
		return sessionize(c, t), nil
	case *syntax.AddTotals:
		return addTotals(c, t, st.Visible), nil
	case *syntax.CountFrequent:
		return countFrequent(c, t), nil
	case *syntax.AppendCols:
		return r.appendCols(ctx, c, t)
	case *syntax.RelevantFields:
		return r.relevantFields(c, t)
	}
	return nil, fmt.Errorf("BUG: %s is not a command over all rows", st.Whole)
}

// ensure returns the index of a column, adding it empty if needed.
func (t *Table) ensure(name string) int {
	if i := t.column(name); i >= 0 {
		return i
	}
	t.Names = append(append([]string{}, t.Names...), name)
	for i, row := range t.Rows {
		t.Rows[i] = append(row[:len(row):len(row)], value.Value{})
	}
	return len(t.Names) - 1
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
