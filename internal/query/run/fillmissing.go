package run

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// maxBuckets bounds the rows that fillmissing makes.
const maxBuckets = 100_000

// fillMissing adds the empty buckets of the query's range to each series, where a series is a combination of the other
// group keys.
func (r *runner) fillMissing(c *syntax.FillMissing, stage int, t *Table) (*Table, error) {
	var by []*syntax.Item
	for i := stage - 1; i >= 0 && by == nil; i-- {
		if st := r.plan.Stages[i].Stats; st != nil {
			by = st.By
		}
	}
	at, span := -1, fn.Period{}
	var others []int
	for _, it := range by {
		col := t.column(it.Name())
		if p, ok := truncationOf(it.X); ok && at < 0 && col >= 0 {
			at, span = col, p
		} else if col >= 0 {
			others = append(others, col)
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("fillmissing needs a stats by bin before it")
	}
	fills := map[int]value.Value{}
	for _, f := range c.Fills {
		v, _ := plan.Literal(f.Value)
		fills[t.ensure(f.Field.Name())] = v
	}
	series := map[string][]value.Value{}
	have := map[string]map[int64][]value.Value{}
	var order []string
	if err := r.hold(3 * indexBytes * int64(len(t.Rows))); err != nil { // each may be a series of its own
		return nil, err
	}
	for _, row := range t.Rows {
		var key []byte
		for _, col := range others {
			key = value.AppendKey(key, row[col])
		}
		k := string(key)
		if have[k] == nil {
			have[k] = map[int64][]value.Value{}
			series[k] = row
			order = append(order, k)
		}
		have[k][row[at].Millis()] = row
	}
	out := &Table{Names: t.Names}
	for _, k := range order {
		for ms := span.Floor(r.fnctx.Start); ms <= r.fnctx.End; ms = span.Next(ms) {
			row := have[k][ms]
			if row == nil {
				row = make([]value.Value, len(t.Names))
				row[at] = value.OfTime(ms)
				for _, col := range others {
					row[col] = series[k][col]
				}
				for col, v := range fills {
					row[col] = v
				}
			}
			if len(out.Rows) >= maxBuckets {
				return nil, fmt.Errorf("fillmissing makes more than %d rows: %w", maxBuckets, ErrMemory)
			}
			if err := r.holdRows(1, len(t.Names)); err != nil {
				return nil, err
			}
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}
