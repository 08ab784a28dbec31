package run

import (
	"context"

	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// appendCols sets the columns of the inner query beside the rows by position; the shorter side is padded with nulls.
func (r *runner) appendCols(ctx context.Context, c *syntax.AppendCols, t *Table) (*Table, error) {
	inner, err := r.inner(ctx, c.Query)
	if err != nil {
		return nil, err
	}
	rows := inner.Rows[:min(len(inner.Rows), c.Max)]
	for len(t.Rows) < len(rows) {
		t.Rows = append(t.Rows, make([]value.Value, len(t.Names)))
	}
	for i, n := range inner.Names {
		exists := t.column(n) >= 0
		if exists && !c.Override {
			continue
		}
		col := t.ensure(n)
		for j, row := range rows {
			t.Rows[j][col] = row[i]
		}
	}
	return t, nil
}
