package run

import (
	"net/netip"

	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

func (p *program) lookup(cmd *syntax.Lookup) {
	t := p.r.aux[cmd]
	if t == nil {
		p.fail("BUG: lookup table %s was not loaded", cmd.Table)
		return
	}
	match := make([]eval, len(cmd.Match))
	for i, m := range cmd.Match {
		match[i] = p.field(m.Field.Segments)
	}
	var buf []byte
	row := p.read(p.slot(func() value.Value {
		buf = buf[:0]
		for _, m := range match {
			v := m()
			if absent(v) {
				return value.Value{}
			}
			buf = value.AppendKey(buf, v)
		}
		if rows := t.index[string(buf)]; len(rows) > 0 {
			return value.OfInt(int64(rows[0]))
		}
		return value.Value{}
	}))
	p.outputs(t.Table, row, cmd.New, cmd.Outputs)
}

// outputs defines the output columns from the table row whose number row gives.
func (p *program) outputs(t *Table, row eval, only bool, out []syntax.Output) {
	for _, o := range out {
		col := t.column(o.Column)
		if col < 0 {
			p.fail("lookup table has no column %s", o.Column)
			return
		}
		take := func() value.Value {
			n, ok := row().Num()
			if !ok {
				return value.Value{}
			}
			return t.Rows[int(n)][col]
		}
		_, aliased := p.names[o.Name()]
		if only && (aliased || p.events) {
			old := p.named(o.Name())
			p.define(o.Name(), func() value.Value {
				if v := old(); !v.IsNull() {
					return v
				}
				return take()
			})
			continue
		}
		p.define(o.Name(), take)
	}
}

// cidrLookup takes the smallest network that holds the address.
func (p *program) cidrLookup(cmd *syntax.CidrLookup) {
	t := p.r.aux[cmd]
	if t == nil {
		p.fail("BUG: lookup table %s was not loaded", cmd.Table)
		return
	}
	addr := p.field(cmd.Field.Segments)
	row := p.read(p.slot(func() value.Value {
		s, ok := addr().Text()
		if !ok {
			return value.Value{}
		}
		a, err := netip.ParseAddr(s)
		if err != nil {
			return value.Value{}
		}
		best, bits := -1, -1
		for _, n := range t.nets {
			if n.prefix.Bits() > bits && n.prefix.Contains(a.Unmap()) {
				best, bits = n.row, n.prefix.Bits()
			}
		}
		if best < 0 {
			return value.Value{}
		}
		return value.OfInt(int64(best))
	}))
	p.outputs(t.Table, row, cmd.New, cmd.Outputs)
}

// join makes one row per partner.
func (p *program) join(cmd *syntax.Join) {
	t := p.r.aux[cmd]
	if t == nil {
		p.fail("BUG: right side of join was not run")
		return
	}
	key := p.field(cmd.LeftKey.Segments)
	e := p.e
	var buf []byte
	at := p.slot(nil)
	row := p.read(at)
	for i, n := range t.Names {
		p.define(cmd.Right+"."+n, func() value.Value {
			k, ok := row().Num()
			if !ok {
				return value.Value{}
			}
			return t.Rows[int(k)][i]
		})
	}
	p.left = append(p.left, cmd.Left)
	p.ops = append(p.ops, op{each: func(next func()) {
		v := key()
		var rows []int
		if !absent(v) {
			buf = value.AppendKey(buf[:0], v)
			rows = t.index[string(buf)]
		}
		if len(rows) == 0 && cmd.LeftJoin {
			e.set(at, value.Value{})
			next()
			return
		}
		made := e.made
		for _, n := range rows {
			if p.stopped() {
				return
			}
			p.forget(at)
			e.made = made
			e.set(at, value.OfInt(int64(n)))
			next()
		}
	}})
}
