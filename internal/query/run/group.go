package run

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// groupSink is stats: one entry per combination of the By values.
type groupSink struct {
	r      *runner
	st     *syntax.Stats
	by     []*keyColumn
	calls  []aggCall
	table  *groupTable
	states []fn.State // of each group, one per call
	keys   []uint32   // of the current row
	where  func() (time, seq int64)
	grown  int64 // bytes not yet accounted for
	held   int64 // bytes accounted for
}

type aggCall struct {
	node *syntax.Call
	args []eval
	buf  []value.Value
	make func() fn.State
}

func (r *runner) groupSink(st *syntax.Stats, p *program, where func() (int64, int64)) *groupSink {
	s := &groupSink{r: r, st: st, table: newGroupTable(len(st.By)), where: where, keys: make([]uint32, len(st.By))}
	shift := int64(0)
	if st.Offset != nil {
		if span, err := fn.ParsePeriod(st.Offset.N, st.Offset.Unit); err == nil {
			shift = span.Millis()
		}
	}
	window := r.fnctx.End - r.fnctx.Start
	for _, it := range st.By {
		s.by = append(s.by, newKeyColumn(p, it.X, shift))
		// A group may be named by an aggregate's argument too.
		if span, ok := truncationOf(it.X); ok {
			window = span.Millis()
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
	for i, k := range s.by {
		id, grown := k.number()
		s.keys[i] = id
		s.grown += grown
	}
	g, fresh := s.table.find(s.keys)
	if fresh {
		if err := s.full(); err != nil {
			return err
		}
		s.grown += 64 + 68*int64(len(s.keys)) + 96*int64(len(s.calls))
		for i := range s.calls {
			s.states = append(s.states, s.calls[i].make())
		}
	}
	states := s.states[g*len(s.calls):]
	var at fn.Moment
	at.Time, at.Seq = s.where()
	for i := range s.calls {
		c := &s.calls[i]
		for j, f := range c.args {
			c.buf[j] = f()
		}
		s.grown += states[i].Add(c.buf, at)
	}
	if s.grown > 1<<16 {
		n := s.grown
		s.grown, s.held = 0, s.held+n
		return s.r.hold(n)
	}
	return nil
}

// full is an error if there are too many groups. Each worker counts its own, and merge those of all, each once.
func (s *groupSink) full() error {
	if limit := s.r.opt.Limits.Groups; int64(s.table.n) > limit {
		return fmt.Errorf("%w, %d: filter more, or group by fewer values", ErrGroups, limit)
	}
	return nil
}

func (*groupSink) settle() {} // groups own their memory

func (s *groupSink) merge(other sink) error {
	o := other.(*groupSink)
	mine := make([][]uint32, len(s.by)) // number here by number there
	for i, k := range s.by {
		for _, v := range o.by[i].values {
			id, _ := k.plain(v)
			mine[i] = append(mine[i], id)
		}
	}
	n := len(s.calls)
	for g := range o.table.n {
		for i, id := range o.table.of(g) {
			s.keys[i] = mine[i][id]
		}
		states := o.states[g*n : (g+1)*n]
		at, fresh := s.table.find(s.keys)
		if fresh {
			if err := s.full(); err != nil {
				return err
			}
			s.states = append(s.states, states...)
			continue
		}
		for i, st := range states {
			s.states[at*n+i].Merge(st)
		}
	}
	return nil
}

func (s *groupSink) size() int64 { return s.held + s.grown }

func (s *groupSink) copy(r *runner) sink {
	c := &groupSink{r: r, st: s.st, calls: s.calls, table: s.table.copy(), keys: make([]uint32, len(s.keys)), states: make([]fn.State, len(s.states))}
	for _, k := range s.by {
		c.by = append(c.by, k.copy())
	}
	for i, st := range s.states {
		c.states[i] = s.calls[i%len(s.calls)].make()
		c.states[i].Merge(st)
	}
	return c
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
	ranks := make([][]uint32, len(s.by))
	for i, k := range s.by {
		ranks[i] = k.ranks()
	}
	if err := s.r.holdRows(s.table.n, len(t.Names)); err != nil {
		return nil, err
	}
	for _, g := range s.table.sorted(ranks) {
		c.e.beginRow(0)
		row := make([]value.Value, 0, len(t.Names))
		for i, id := range s.table.of(g) {
			v := s.by[i].values[id]
			c.e.set(bySlots[i], v)
			row = append(row, v)
		}
		for i, slot := range callSlots {
			c.e.set(slot, s.states[g*len(callSlots)+i].Result())
		}
		for _, f := range out {
			row = append(row, f())
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
