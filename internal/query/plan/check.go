package plan

import (
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

func isSplit(c *syntax.Call) bool { return strings.EqualFold(c.Name, "split") }

// use notes that a field is read and refuses unknown names after stats.
func (b *builder) use(f *syntax.Field) error {
	if b.scope.known(f.Segments) {
		return nil
	}
	if !b.scope.events {
		return b.fail(f, "Unknown symbols found in or after stats: %s", f.Name())
	}
	b.fields[f.Name()] = true
	return nil
}

// scalar checks an expression evaluated per row.
func (b *builder) scalar(x syntax.Expr) error {
	var err error
	syntax.Walk(x, func(x syntax.Expr) bool {
		if err != nil {
			return false
		}
		switch x := x.(type) {
		case *syntax.Field:
			err = b.use(x)
		case *syntax.Call:
			err = b.call(x)
		case *syntax.Regex:
			if _, e := regexp.Compile(x.Pattern); e != nil {
				err = b.fail(x, "Invalid regular expression: %v", e)
			}
		case *syntax.Like:
			switch x.Pattern.(type) {
			case *syntax.String, *syntax.Regex:
			default:
				_, err = x.Pattern, b.scalar(x.Pattern)
			}
		case *syntax.In:
			if x.Query != nil {
				var inner *Plan
				if inner, err = b.subquery(x.Query); err == nil && len(inner.Columns) != 1 {
					err = b.fail(x.Query, "Query cannot be compiled")
				}
			}
		}
		return err == nil
	})
	return err
}

func (b *builder) call(c *syntax.Call) error {
	f := fn.Lookup(c.Name)
	if f == nil || c.Star {
		if fn.Aggregate(c.Name) != nil {
			return b.fail(c, "Aggregate function %s is only allowed in stats", c.Name) // (inferred)
		}
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
	if f.Name == "bin" {
		return b.use(&syntax.Field{Pos: c.Pos, Segments: []string{block.Timestamp}})
	}
	return nil
}

func (b *builder) argument(c *syntax.Call, k fn.Arg, a syntax.Expr) error {
	p, period := a.(*syntax.Period)
	if k == fn.Span != period {
		return b.fail(a, "Invalid argument for function %s: %s", c.Name, a)
	}
	if period {
		if _, err := fn.ParsePeriod(p.N, p.Unit); err != nil {
			return b.fail(a, "%v", err)
		}
	}
	if s, ok := a.(*syntax.String); ok && k == fn.Pattern {
		if _, err := regexp.Compile(s.Value); err != nil {
			return b.fail(a, "Invalid regular expression: %v", err)
		}
	}
	return nil
}
