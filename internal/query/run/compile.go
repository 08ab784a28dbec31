package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// eval computes a value for the row the env stands on.
type eval func() value.Value

// compiler turns expressions into closures over one env. Names are resolved where they are written: an alias made later
// has a slot of its own, so a program may evaluate in any order.
type compiler struct {
	e      *env
	r      *runner
	events bool
	names  map[string]int // alias or column → slot
	// calls are aggregate calls already computed, by slot; set while compiling the outside of stats expressions.
	calls map[*syntax.Call]int
	// left are names of the left side of a join: a.x is x.
	left []string
	// lenient reads unknown names as null: rows of a table that still are events.
	lenient bool
	err     error
}

func (c *compiler) fail(format string, args ...any) eval {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
	return func() value.Value { return value.Value{} }
}

// slot makes a slot computed by def on demand; nil def means that it is set from outside.
func (c *compiler) slot(def eval) int {
	if def == nil {
		def = func() value.Value { return value.Value{} }
	}
	c.e.slots = append(c.e.slots, value.Value{})
	c.e.gen = append(c.e.gen, 0)
	c.e.defs = append(c.e.defs, def)
	return len(c.e.slots) - 1
}

func (c *compiler) define(name string, def eval) int {
	i := c.slot(def)
	c.names[name] = i
	return i
}

func (c *compiler) read(i int) eval {
	e := c.e
	return func() value.Value {
		if e.gen[i] == e.cur {
			return e.slots[i]
		}
		v := e.defs[i]()
		e.slots[i], e.gen[i] = v, e.cur
		return v
	}
}

func (e *env) set(i int, v value.Value) { e.slots[i], e.gen[i] = v, e.cur }

// field compiles a reference.
func (c *compiler) field(segments []string) eval {
	name := strings.Join(segments, ".")
	if i, ok := c.names[name]; ok {
		return c.read(i)
	}
	for n := len(segments) - 1; n > 0; n-- {
		if i, ok := c.names[strings.Join(segments[:n], ".")]; ok {
			return member(c.read(i), segments[n:])
		}
	}
	if len(segments) > 1 && slices.Contains(c.left, segments[0]) {
		return c.field(segments[1:])
	}
	if !c.events {
		if len(c.left) > 0 || c.lenient { // a column the right side of a join does not have
			return func() value.Value { return value.Value{} }
		}
		return c.fail("BUG: unknown name %s", name)
	}
	e := c.e
	i := e.addColumn(name, segments)
	switch i {
	case messageColumn:
		return func() value.Value {
			if e.column(messageColumn) == nil {
				return value.Value{}
			}
			return value.OfString(e.message())
		}
	}
	// Columns are cheap to read again; what comes from JSON is remembered for the row.
	s := c.slot(func() value.Value { return e.field(i) })
	memo := c.read(s)
	return func() value.Value {
		if e.column(i) != nil {
			return e.field(i)
		}
		return memo()
	}
}

// aliased reports whether the path is an alias or leads into one.
func (c *compiler) aliased(segments []string) bool {
	for n := len(segments); n > 0; n-- {
		if _, ok := c.names[strings.Join(segments[:n], ".")]; ok {
			return true
		}
	}
	return false
}

// rawField compiles a reference whose objects and arrays are wanted.
func (c *compiler) rawField(f *syntax.Field) eval {
	if c.aliased(f.Segments) || !c.events {
		return c.field(f.Segments)
	}
	i := c.e.addColumn(f.Name(), f.Segments)
	return func() value.Value { return c.e.raw(i) }
}

func member(x eval, segments []string) eval {
	p := value.NewPath(segments)
	return func() value.Value {
		v := x()
		if v.Kind() < value.Map {
			return value.Value{}
		}
		return p.Any(v.Raw())
	}
}

func (c *compiler) expr(x syntax.Expr) eval {
	switch x := x.(type) {
	case *syntax.Field:
		return c.field(x.Segments)
	case *syntax.Number, *syntax.String:
		v, _ := plan.Literal(x)
		return func() value.Value { return v }
	case *syntax.Regex:
		v := value.OfString(x.Pattern)
		return func() value.Value { return v }
	case *syntax.Period:
		p, _ := fn.ParsePeriod(x.N, x.Unit)
		v := value.OfInt(p.Millis())
		return func() value.Value { return v }
	case *syntax.Call:
		if i, ok := c.calls[x]; ok {
			return c.read(i)
		}
		return c.call(x)
	case *syntax.Member:
		return member(c.expr(x.X), x.Segments)
	case *syntax.Unary:
		if x.Op == "-" {
			a := c.expr(x.X)
			return func() value.Value {
				n, ok := a().Num()
				if !ok {
					return value.Value{}
				}
				return value.OfNumber(-n)
			}
		}
	case *syntax.Binary:
		if f := arithmetic[x.Op]; f != nil {
			l, r := c.expr(x.L), c.expr(x.R)
			return func() value.Value {
				a, ok1 := l().Num()
				b, ok2 := r().Num()
				if !ok1 || !ok2 {
					return value.Value{}
				}
				return f(a, b)
			}
		}
	}
	cond := c.cond(x)
	return func() value.Value { return value.OfBool(cond()) }
}

func (c *compiler) call(x *syntax.Call) eval {
	f := fn.Lookup(x.Name)
	if f == nil {
		return c.fail("BUG: unknown function %s", x.Name)
	}
	if f.Name == "bin" {
		p := x.Args[0].(*syntax.Period)
		span, _ := fn.ParsePeriod(p.N, p.Unit)
		at := c.field([]string{block.Timestamp})
		return func() value.Value {
			v := at()
			if v.Kind() != value.Time {
				n, ok := v.Num()
				if !ok {
					return value.Value{}
				}
				v = value.OfTime(int64(n))
			}
			return value.OfTime(span.Floor(v.Millis()))
		}
	}
	body := f.Eval
	if f.Prepare != nil {
		var err error
		if body, err = f.Prepare(plan.Consts(f.Kind, x.Args)); err != nil {
			return c.fail("prepare function %s: %w", f.Name, err)
		}
	}
	args := make([]eval, len(x.Args))
	for i, a := range x.Args {
		if k := f.Kind(i); k == fn.Span || k == fn.Pattern {
			if _, lit := a.(*syntax.Field); !lit {
				args[i] = func() value.Value { return value.OfString("") }
				continue
			}
		}
		if raw, ok := a.(*syntax.Field); ok && (f.Name == "jsonArraySize" || f.Name == "jsonArrayContains" || f.Name == "jsonStringify") {
			args[i] = c.rawField(raw)
			continue
		}
		args[i] = c.expr(a)
	}
	buf := make([]value.Value, len(args))
	ctx, e := &c.r.fnctx, c.e
	return func() value.Value {
		if e.made > maxMade {
			return value.Value{} // the run fails after this row
		}
		for i, a := range args {
			buf[i] = a()
		}
		if !f.Accept(buf) {
			return value.Value{}
		}
		v := body(ctx, buf)
		n := len(v.Raw())
		if n > fn.MaxText {
			return value.Value{}
		}
		e.made += n
		return v
	}
}
