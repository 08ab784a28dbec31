package run

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// auxTable is a table beside the events: a lookup table or the rows of another query, with an index.
type auxTable struct {
	*Table
	index map[string][]int
	nets  []network
}

type network struct {
	prefix netip.Prefix
	row    int
}

// maxJoinKeys is the number of different keys on the right side of a join. [CloudWatch Logs: join]
const maxJoinKeys = 50_000

// maxNesting bounds queries inside queries.
const maxNesting = 4

func (t *Table) column(name string) int {
	for i, n := range t.Names {
		if n == name {
			return i
		}
	}
	return -1
}

// prepare loads what the row commands of a stage look things up in.
func (r *runner) prepare(ctx context.Context, st *plan.Stage) error {
	for _, c := range st.Rows {
		var err error
		switch c := c.(type) {
		case *syntax.Lookup:
			cols := make([]string, len(c.Match))
			for i, m := range c.Match {
				cols[i] = m.Table
			}
			err = r.loadTable(ctx, c, c.Table, cols)
		case *syntax.CidrLookup:
			err = r.loadNetworks(ctx, c)
		case *syntax.Join:
			err = r.loadQuery(ctx, c, r.rightSide(c), c.RightKey.Name())
		case *syntax.Filter:
			err = r.subqueries(ctx, c.X)
		case *syntax.FilterIndex:
			err = r.subqueries(ctx, c.X)
		case *syntax.Fields:
			for _, it := range c.Items {
				err = errors.Join(err, r.subqueries(ctx, it.X))
			}
		case *syntax.Display:
			for _, it := range c.Items {
				err = errors.Join(err, r.subqueries(ctx, it.X))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rightSide is the inner query of a join, made to show its key and every field that the outer query names: AWS lets any
// field of the right side be addressed.
func (r *runner) rightSide(c *syntax.Join) *syntax.Query {
	q := *c.Query
	q.Text = r.plan.Query.Text
	p, err := plan.Build(&q)
	if err != nil || !p.Events {
		return c.Query
	}
	d := &syntax.Display{Pos: q.Pos}
	seen := map[string]bool{}
	show := func(f *syntax.Field) {
		if !seen[f.Name()] {
			seen[f.Name()] = true
			d.Items = append(d.Items, &syntax.Item{Pos: q.Pos, X: f})
		}
	}
	show(c.RightKey)
	for _, f := range plan.Named(r.plan.Query.Commands) {
		if len(f.Segments) > 1 && f.Segments[0] == c.Right {
			show(&syntax.Field{Pos: f.Pos, Segments: f.Segments[1:]})
		}
	}
	for _, n := range p.Columns {
		show(&syntax.Field{Pos: q.Pos, Segments: splitName(n)})
	}
	q.Commands = append(q.Commands[:len(q.Commands):len(q.Commands)], d)
	return &q
}

func (r *runner) subqueries(ctx context.Context, x syntax.Expr) error {
	var err error
	syntax.Walk(x, func(x syntax.Expr) bool {
		if in, ok := x.(*syntax.In); ok && in.Query != nil && err == nil {
			err = r.loadQuery(ctx, in, in.Query, "")
		}
		return err == nil
	})
	return err
}

func (r *runner) findTable(ctx context.Context, name string) (*Table, error) {
	if r.opt.Tables == nil {
		return nil, fmt.Errorf("lookup table %s does not exist", name)
	}
	t, err := r.opt.Tables(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("load lookup table %s: %w", name, err)
	}
	return t, nil
}

// holdTable accounts for a table with its texts, and an index over it.
func (r *runner) holdTable(t *Table) error {
	size := int64(0)
	for _, row := range t.Rows {
		size += rowBytes + indexBytes
		for _, v := range row {
			size += v.Size()
		}
	}
	return r.hold(size)
}

// indexBytes is about what an entry of an index takes.
const indexBytes = 96

func (r *runner) loadTable(ctx context.Context, node syntax.Node, name string, columns []string) error {
	t, err := r.findTable(ctx, name)
	if err != nil {
		return err
	}
	a := &auxTable{Table: t}
	if err := a.build(columns); err != nil {
		return fmt.Errorf("lookup table %s: %w", name, err)
	}
	if err := r.holdTable(t); err != nil {
		return err
	}
	r.aux[node] = a
	return nil
}

// build indexes rows by the columns; rows with a null among them are left out.
func (a *auxTable) build(columns []string) error {
	at := make([]int, len(columns))
	for i, c := range columns {
		if at[i] = a.column(c); at[i] < 0 {
			return fmt.Errorf("column %s does not exist", c)
		}
	}
	a.index = map[string][]int{}
	var buf []byte
rows:
	for i, row := range a.Rows {
		buf = buf[:0]
		for _, c := range at {
			if absent(row[c]) {
				continue rows
			}
			buf = value.AppendKey(buf, row[c])
		}
		a.index[string(buf)] = append(a.index[string(buf)], i)
	}
	return nil
}

func (r *runner) loadNetworks(ctx context.Context, c *syntax.CidrLookup) error {
	t, err := r.findTable(ctx, c.Table)
	if err != nil {
		return err
	}
	col := 0
	if c.Column != "" {
		col = t.column(c.Column)
	}
	if col < 0 || len(t.Names) == 0 {
		return fmt.Errorf("lookup table %s: column %s does not exist", c.Table, c.Column)
	}
	if err := r.holdTable(t); err != nil {
		return err
	}
	a := &auxTable{Table: t}
	for i, row := range t.Rows {
		s, _ := row[col].Text()
		if p, err := netip.ParsePrefix(s); err == nil {
			a.nets = append(a.nets, network{p.Masked(), i})
		}
	}
	r.aux[c] = a
	return nil
}

// loadQuery runs an inner query; key "" means its only column.
func (r *runner) loadQuery(ctx context.Context, node syntax.Node, q *syntax.Query, key string) error {
	if r.aux[node] != nil {
		return nil
	}
	t, err := r.inner(ctx, q)
	if err != nil {
		return err
	}
	if key == "" {
		if len(t.Names) == 0 {
			return fmt.Errorf("subquery has no column")
		}
		key = t.Names[0]
	}
	if err := r.hold(indexBytes * int64(len(t.Rows))); err != nil {
		return err
	}
	a := &auxTable{Table: t}
	if err := a.build([]string{key}); err != nil {
		return fmt.Errorf("subquery: %w", err)
	}
	if len(a.index) > maxJoinKeys {
		return fmt.Errorf("subquery has more than %d different keys", maxJoinKeys)
	}
	r.aux[node] = a
	return nil
}

// inner runs another query over its own groups and the same range.
func (r *runner) inner(ctx context.Context, q *syntax.Query) (*Table, error) {
	if r.depth >= maxNesting {
		return nil, fmt.Errorf("subqueries are nested deeper than %d", maxNesting)
	}
	copied := *q
	copied.Text = r.plan.Query.Text
	p, err := plan.Build(&copied)
	if err != nil {
		return nil, err
	}
	opt := r.opt
	opt.Progress = &Progress{}
	opt.Limit = plan.MaxLimit
	if p.Source != nil && r.opt.Groups != nil {
		if opt.Source, err = r.opt.Groups(ctx, p.Source); err != nil {
			return nil, err
		}
	}
	opt.Start, opt.End = plan.Range(p.Source, opt.Start, opt.End, opt.Now)
	sub := r.within(p, opt)
	sub.depth = r.depth + 1
	t, err := sub.stages(ctx, 0, nil)
	if err != nil {
		return nil, err
	}
	r.opt.Progress.include(opt.Progress)
	out := &Table{Names: p.Columns}
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, row[:len(p.Columns)])
	}
	return out, nil
}
