package run

import (
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

type cond func() bool

// cond compiles a condition; common shapes get closures without intermediate values.
func (c *compiler) cond(x syntax.Expr) cond {
	switch x := x.(type) {
	case *syntax.Unary:
		if x.Op == "not" {
			f := c.cond(x.X)
			return func() bool { return !f() }
		}
	case *syntax.Binary:
		switch x.Op {
		case "and":
			l, r := c.cond(x.L), c.cond(x.R)
			return func() bool { return l() && r() }
		case "or":
			l, r := c.cond(x.L), c.cond(x.R)
			return func() bool { return l() || r() }
		case "=", "!=", "<", "<=", ">", ">=":
			return c.compare(x)
		}
	case *syntax.Like:
		return c.like(x)
	case *syntax.In:
		return c.in(x)
	}
	v := c.expr(x)
	return func() bool { return v().Truth() }
}

func (c *compiler) compare(x *syntax.Binary) cond {
	l, r := c.expr(x.L), c.expr(x.R)
	switch x.Op {
	case "=", "!=":
		want := x.Op == "="
		if lit, ok := plan.Literal(x.R); ok {
			return c.perEntry(x.L, equalTo(l, lit, want))
		}
		if lit, ok := plan.Literal(x.L); ok {
			return c.perEntry(x.R, equalTo(r, lit, want))
		}
		return func() bool { return value.Equal(l(), r()) == want }
	case "<":
		return func() bool { n, ok := value.Order(l(), r()); return ok && n < 0 }
	case "<=":
		return func() bool { n, ok := value.Order(l(), r()); return ok && n <= 0 }
	case ">":
		return func() bool { n, ok := value.Order(l(), r()); return ok && n > 0 }
	default:
		return func() bool { n, ok := value.Order(l(), r()); return ok && n >= 0 }
	}
}

func equalTo(v eval, lit value.Value, want bool) cond {
	if _, numeric := lit.Num(); !numeric && lit.Kind() == value.String {
		text := lit.Raw()
		return func() bool {
			x := v()
			if x.Kind() == value.String {
				return (x.Raw() == text) == want
			}
			return value.Equal(x, lit) == want
		}
	}
	return func() bool { return value.Equal(v(), lit) == want }
}

func (c *compiler) like(x *syntax.Like) cond {
	v := c.expr(x.X)
	want := !x.Not
	switch p := x.Pattern.(type) {
	case *syntax.Regex:
		re, err := regexp.Compile(p.Pattern)
		if err != nil {
			c.fail("compile regular expression: %w", err)
			return func() bool { return false }
		}
		match, whole := re.MatchString, ""
		// A pattern without operators is a plain search, many times faster.
		if lit, all := re.LiteralPrefix(); all && regexp.QuoteMeta(lit) == p.Pattern {
			whole = lit
			match = func(s string) bool { return strings.Contains(s, lit) }
		}
		return c.found(x.X, whole, want, c.perEntry(x.X, func() bool {
			s, ok := v().Text()
			return (ok && match(s)) == want
		}))
	case *syntax.String:
		return c.found(x.X, p.Value, want, c.perEntry(x.X, func() bool {
			s, ok := v().Text()
			return (ok && strings.Contains(s, p.Value)) == want
		}))
	}
	pat := c.expr(x.Pattern)
	return func() bool {
		s, ok1 := v().Text()
		t, ok2 := pat().Text()
		return (ok1 && ok2 && strings.Contains(s, t)) == want
	}
}

func (c *compiler) in(x *syntax.In) cond {
	v := c.expr(x.X)
	want := !x.Not
	if x.Query != nil {
		t := c.r.aux[x]
		if t == nil {
			c.fail("BUG: subquery was not run")
			return func() bool { return false }
		}
		var buf []byte
		return func() bool {
			a := v()
			if a.IsNull() {
				return !want
			}
			buf = value.AppendKey(buf[:0], a)
			_, have := t.index[string(buf)]
			return have == want
		}
	}
	texts := map[string]bool{}
	for _, e := range x.List {
		s, ok := e.(*syntax.String)
		if !ok {
			texts = nil
			break
		}
		if _, numeric := value.ParseNumber(s.Value); numeric || s.Value == "true" || s.Value == "false" {
			texts = nil
			break
		}
		texts[s.Value] = true
	}
	if texts != nil {
		return c.perEntry(x.X, func() bool {
			s, ok := v().Text()
			return (ok && texts[s]) == want
		})
	}
	list := make([]eval, len(x.List))
	for i, e := range x.List {
		list[i] = c.expr(e)
	}
	return func() bool {
		a := v()
		for _, e := range list {
			if value.Equal(a, e()) {
				return want
			}
		}
		return !want
	}
}
