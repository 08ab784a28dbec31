package plan

import (
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

func (b *builder) aggregate(c *syntax.Stats) error {
	if b.limited || b.sorted || b.deduped {
		return b.misplaced(c)
	}
	if b.stats++; b.stats > MaxStats {
		return b.misplaced(c)
	}
	var columns []string
	out := map[string]bool{}
	add := func(it *syntax.Item) error {
		if out[it.Name()] {
			return b.fail(it, "Query cannot be compiled")
		}
		out[it.Name()] = true
		columns = append(columns, it.Name())
		return nil
	}
	for _, it := range c.By {
		if err := b.scalar(it.X); err != nil {
			return err
		}
		if err := add(it); err != nil {
			return err
		}
	}
	aggs, alone := 0, false
	for _, it := range c.Aggs {
		n, single, err := b.aggExpr(it.X, out)
		if err != nil {
			return err
		}
		aggs, alone = aggs+n, alone || single
		if err := add(it); err != nil {
			return err
		}
	}
	if aggs == 0 || alone && (aggs > 1 || len(c.By) > 0) {
		return b.fail(c, "Query cannot be compiled")
	}
	b.stage.Stats = c
	b.stage.Columns, b.stage.Visible = columns, len(columns)
	b.close()
	b.scope = table(columns)
	return nil
}

// aggExpr checks an expression over aggregate calls, group keys and earlier aliases; it counts the calls.
func (b *builder) aggExpr(x syntax.Expr, known map[string]bool) (n int, alone bool, err error) {
	syntax.Walk(x, func(x syntax.Expr) bool {
		if err != nil {
			return false
		}
		switch x := x.(type) {
		case *syntax.Field:
			if !known[x.Name()] {
				err = b.fail(x, "Unknown symbols found in or after stats: %s", x.Name())
			}
		case *syntax.Call:
			a := fn.Aggregate(x.Name)
			if a == nil {
				err = b.outerCall(x)
				return err == nil
			}
			n++
			alone = alone || a.Alone
			err = b.aggCall(x, a)
			return false
		case *syntax.In:
			if x.Query != nil {
				err = b.fail(x, "Query cannot be compiled")
			}
		}
		return err == nil
	})
	return n, alone, err
}

// outerCall checks a scalar function around aggregates; its arguments are checked by aggExpr.
func (b *builder) outerCall(c *syntax.Call) error {
	f := fn.Lookup(c.Name)
	if f == nil || c.Star || f.Name == "bin" {
		return b.fail(c, "Unknown function: %s", c.Name) // (inferred)
	}
	if err := f.CheckCount(len(c.Args)); err != nil {
		return b.fail(c, "%v", err)
	}
	for i, a := range c.Args {
		if err := b.argument(c, f.Kind(i), a); err != nil {
			return err
		}
	}
	if f.Prepare != nil {
		if _, err := f.Prepare(Consts(f.Kind, c.Args)); err != nil {
			return b.fail(c, "%v", err)
		}
	}
	return nil
}

func (b *builder) aggCall(c *syntax.Call, a *fn.Agg) error {
	if c.Star {
		if !a.Star {
			return b.fail(c, "Invalid number of arguments for function %s", c.Name)
		}
		return nil
	}
	if err := a.CheckCount(len(c.Args)); err != nil {
		return b.fail(c, "%v", err)
	}
	for i, x := range c.Args {
		if err := b.argument(c, a.Args[i], x); err != nil {
			return err
		}
		if err := b.scalar(x); err != nil {
			return err
		}
	}
	if _, err := a.New(fn.AggCtx{Args: Consts(func(i int) fn.Arg { return a.Args[i] }, c.Args), Window: 1}); err != nil {
		return b.fail(c, "%v", err)
	}
	return nil
}
