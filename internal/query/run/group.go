package run

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// groupSink is stats: one entry per combination of the By values.
type groupSink struct {
	r      *runner
	st     *syntax.Stats
	shift  int64
	by     []eval
	calls  []aggCall
	groups map[string]*group
	keys   []value.Value
	buf    []byte
	where  func() (time, seq int64)
	grown  int64 // bytes not yet accounted for
}

type aggCall struct {
	node *syntax.Call
	args []eval
	buf  []value.Value
	make func() fn.State
}

type group struct {
	keys   []value.Value
	states []fn.State
}

func (r *runner) groupSink(st *syntax.Stats, p *program, where func() (int64, int64)) *groupSink {
	s := &groupSink{r: r, st: st, groups: map[string]*group{}, where: where, keys: make([]value.Value, len(st.By))}
	window := r.fnctx.End - r.fnctx.Start
	for _, it := range st.By {
		s.by = append(s.by, p.expr(it.X))
		// A group may be named by an aggregate's argument too.
		if span, ok := truncationOf(it.X); ok {
			window = span.Millis()
		}
	}
	if st.Offset != nil {
		span, err := fn.ParsePeriod(st.Offset.N, st.Offset.Unit)
		if err == nil {
			s.shift = span.Millis()
		}
	}
	for _, call := range aggCalls(st) {
		a := fn.Aggregate(call.Name)
		c := aggCall{node: call}
		for i, x := range call.Args {
			if a.Args[i] == fn.Span {
				c.args = append(c.args, func() value.Value { return value.Value{} })
				continue
			}
			c.args = append(c.args, p.expr(x))
		}
		c.buf = make([]value.Value, len(c.args))
		var err error
		c.make, err = a.New(fn.AggCtx{Args: plan.Consts(func(i int) fn.Arg { return a.Args[i] }, call.Args), Window: window})
		if err != nil {
			p.fail("prepare aggregate %s: %w", call.Name, err)
		}
		s.calls = append(s.calls, c)
	}
	return s
}

// truncationOf is the period of bin, datefloor or dateceil.
func truncationOf(x syntax.Expr) (fn.Period, bool) {
	c, ok := x.(*syntax.Call)
	if !ok {
		return fn.Period{}, false
	}
	if f := fn.Lookup(c.Name); f == nil || f.Name != "bin" && f.Name != "datefloor" && f.Name != "dateceil" {
		return fn.Period{}, false
	}
	p, ok := c.Args[len(c.Args)-1].(*syntax.Period)
	if !ok {
		return fn.Period{}, false
	}
	span, err := fn.ParsePeriod(p.N, p.Unit)
	return span, err == nil
}

// aggCalls are the distinct aggregate calls in order.
func aggCalls(st *syntax.Stats) []*syntax.Call {
	var out []*syntax.Call
	seen := map[string]bool{}
	for _, it := range st.Aggs {
		syntax.Walk(it.X, func(x syntax.Expr) bool {
			c, ok := x.(*syntax.Call)
			if !ok || fn.Aggregate(c.Name) == nil {
				return true
			}
			if !seen[c.String()] {
				seen[c.String()] = true
				out = append(out, c)
			}
			return false
		})
	}
	return out
}

func (s *groupSink) add(*program) error {
	s.buf = s.buf[:0]
	for i, f := range s.by {
		v := f()
		if v.Kind() >= value.Map {
			v = value.Value{}
		}
		if s.shift != 0 && v.Kind() == value.Time {
			v = value.OfTime(v.Millis() + s.shift)
		}
		s.keys[i] = v
		s.buf = value.AppendKey(s.buf, v)
	}
	g := s.groups[string(s.buf)]
	if g == nil {
		if s.r.groups.Add(1) > s.r.opt.Limits.Groups {
			return ErrGroups
		}
		g = &group{keys: make([]value.Value, len(s.keys)), states: make([]fn.State, len(s.calls))}
		s.grown += 160 + int64(len(s.buf)) + 96*int64(len(s.calls))
		for i, k := range s.keys {
			g.keys[i] = k.Clone()
			s.grown += k.Size()
		}
		for i := range s.calls {
			g.states[i] = s.calls[i].make()
		}
		s.groups[string(s.buf)] = g
	}
	var at fn.Moment
	at.Time, at.Seq = s.where()
	for i := range s.calls {
		c := &s.calls[i]
		for j, f := range c.args {
			c.buf[j] = f()
		}
		s.grown += g.states[i].Add(c.buf, at)
	}
	if s.grown > 1<<16 {
		n := s.grown
		s.grown = 0
		return s.r.hold(n)
	}
	return nil
}

func (*groupSink) settle() {} // groups own their memory

func (s *groupSink) merge(other sink) error {
	for k, g := range other.(*groupSink).groups {
		mine := s.groups[k]
		if mine == nil {
			s.groups[k] = g
			continue
		}
		for i := range mine.states {
			mine.states[i].Merge(g.states[i])
		}
	}
	return nil
}

// finish computes the result rows, in the order of their keys.
func (s *groupSink) finish() (*Table, error) {
	t := &Table{}
	c := &compiler{e: newEnv(), r: s.r, names: map[string]int{}, calls: map[*syntax.Call]int{}}
	bySlots := make([]int, len(s.st.By))
	for i, it := range s.st.By {
		bySlots[i] = c.define(it.Name(), nil)
		t.Names = append(t.Names, it.Name())
	}
	callSlots := make([]int, len(s.calls))
	byText := map[string]int{}
	for i := range s.calls {
		callSlots[i] = c.slot(nil)
		byText[s.calls[i].node.String()] = callSlots[i]
	}
	var out []eval
	for _, it := range s.st.Aggs {
		syntax.Walk(it.X, func(x syntax.Expr) bool {
			if call, ok := x.(*syntax.Call); ok && fn.Aggregate(call.Name) != nil {
				c.calls[call] = byText[call.String()]
				return false
			}
			return true
		})
		slot := c.define(it.Name(), c.expr(it.X))
		out = append(out, c.read(slot))
		t.Names = append(t.Names, it.Name())
	}
	if c.err != nil {
		return nil, c.err
	}
	groups := make([]*group, 0, len(s.groups))
	for _, g := range s.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *group) int {
		for i := range a.keys {
			if n := cmp.Or(value.Compare(a.keys[i], b.keys[i]), strings.Compare(a.keys[i].Raw(), b.keys[i].Raw())); n != 0 {
				return n
			}
		}
		return 0
	})
	for _, g := range groups {
		c.e.beginRow(0)
		row := make([]value.Value, 0, len(t.Names))
		for i, k := range g.keys {
			c.e.set(bySlots[i], k)
			row = append(row, k)
		}
		for i, st := range g.states {
			c.e.set(callSlots[i], st.Result())
		}
		for _, f := range out {
			row = append(row, f())
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
