package run

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// op is one step of the row part: a filter, or a multiplier that calls next for each row it makes of the current one.
type op struct {
	keep cond
	each func(next func())
	next func() // the steps after this one; made once, since a closure per row would be garbage per row
}

// program is the row part of a stage for one worker.
type program struct {
	*compiler
	ops  []op
	sink func()
	hit  bool // the current row passed all steps at least once
	made int  // rows made by multipliers
	err  error
}

// stopped reports whether to leave a multiplier's loop: after an error, when the row has become too much, or when the query was ended. One event can make
// very many rows, so waiting for the end of the block would be too long.
func (p *program) stopped() bool {
	p.made++
	if p.err == nil && p.e.made > maxMade {
		p.err = errMade
	}
	if p.err == nil && p.made%1024 == 0 && p.r.ctx != nil {
		p.err = p.r.ctx.Err()
	}
	return p.err != nil
}

func (r *runner) program(st *plan.Stage, in *Table) *program {
	c := &compiler{e: newEnv(), r: r, events: in == nil, names: map[string]int{}}
	if in != nil {
		c.lenient = true // Build has refused what must not be unknown
		e := c.e
		for i, n := range in.Names {
			c.define(n, func() value.Value { return e.cells[i] })
		}
	}
	p := &program{compiler: c}
	for _, cmd := range st.Rows {
		p.command(cmd)
	}
	for i := range p.ops {
		p.ops[i].next = func() { p.step(i + 1) }
	}
	return p
}

func (p *program) command(cmd syntax.Command) {
	switch cmd := cmd.(type) {
	case *syntax.Fields:
		p.items(cmd.Items)
	case *syntax.Display:
		p.items(cmd.Items)
	case *syntax.Filter:
		p.ops = append(p.ops, op{keep: p.cond(cmd.X)})
	case *syntax.FilterIndex:
		p.ops = append(p.ops, op{keep: p.cond(cmd.X)})
	case *syntax.Extract:
		p.extract(cmd)
	case *syntax.Unnest:
		var x eval
		if f, ok := cmd.X.(*syntax.Field); ok {
			x = p.rawField(f)
		} else {
			x = p.expr(cmd.X)
		}
		p.multiply(cmd.Into.Name(), x)
	case *syntax.Expand:
		x := p.rawField(cmd.Field)
		p.multiply(cmd.Field.Name(), func() value.Value {
			v := x()
			if v.Kind() == value.String { // a JSON array in a text counts too
				if l := value.ParseJSON(v.Raw()); l.Kind() == value.List {
					return l
				}
			}
			return v
		})
	case *syntax.Lookup:
		p.lookup(cmd)
	case *syntax.CidrLookup:
		p.cidrLookup(cmd)
	case *syntax.Join:
		p.join(cmd)
	case *syntax.Unmask: // nothing is masked here
	default:
		p.fail("BUG: %s is not a row command", cmd)
	}
}

func (p *program) items(items []*syntax.Item) {
	for _, it := range items {
		f, plain := it.X.(*syntax.Field)
		if plain && it.Alias == nil && !strings.Contains(strings.Join(f.Segments, ""), ".") {
			continue // its name says where to find it
		}
		p.define(it.Name(), p.expr(it.X))
	}
}

// multiply makes one row per element; a row without a value stays one row without the field. Everything computed from
// the element has a later slot and is forgotten between elements.
func (p *program) multiply(name string, x eval) {
	e := p.e
	i := p.define(name, nil)
	p.ops = append(p.ops, op{each: func(next func()) {
		elements := x().Elements()
		if len(elements) == 0 {
			e.set(i, value.Value{})
			next()
			return
		}
		made := e.made
		for _, v := range elements {
			if p.stopped() {
				return
			}
			p.forget(i)
			e.made = made
			e.set(i, v)
			next()
		}
	}})
}

// forget drops what was remembered in slots from i on.
func (p *program) forget(i int) { clear(p.e.gen[i:]) }

// row takes the current row through all steps.
func (p *program) row() error {
	p.step(0)
	if p.err == nil && p.e.made > maxMade {
		p.err = errMade
	}
	return p.err
}

func (p *program) step(i int) {
	for ; i < len(p.ops); i++ {
		o := &p.ops[i]
		if o.keep != nil {
			if !o.keep() {
				return
			}
			continue
		}
		o.each(o.next)
		return
	}
	p.hit = true
	p.sink()
}
