package run

import (
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// entries remembers a number for each entry of a column's dictionary, so that what depends on nothing but the text is
// found out once per entry and not once per row. Blocks of several dictionaries alternate, so it keeps the last few.
type entries struct {
	now    dictionary
	others [3]dictionary // the last used first
}

type dictionary struct {
	texts []string // held, so that no other dictionary gets its place in memory
	known []uint32 // by code plus one, thus 0 is the absent value
}

// of tells whether this is the dictionary of a column.
func (d *dictionary) of(c *block.Column) bool {
	return len(c.Str) == len(d.texts) && d.known != nil && (len(c.Str) == 0 || &c.Str[0] == &d.texts[0])
}

// at is the number of row i's entry, 0 if it was not set yet. c is a Dict column.
func (m *entries) at(c *block.Column, i int) *uint32 {
	if !m.now.of(c) {
		m.change(c)
	}
	return &m.now.known[c.Code[i]+1] // NoCode plus one is 0
}

// change makes c's dictionary the current one.
func (m *entries) change(c *block.Column) {
	last := len(m.others) - 1
	at := last
	for i := range m.others {
		if m.others[i].of(c) {
			at = i
			break
		}
	}
	next := m.others[at]
	copy(m.others[1:at+1], m.others[:at])
	m.others[0], m.now = m.now, next
	if next.of(c) {
		return
	}
	m.now.texts = c.Str
	if n := len(c.Str) + 1; n <= cap(next.known) {
		m.now.known = next.known[:n]
		clear(m.now.known)
	} else {
		m.now.known = make([]uint32, n)
	}
}

// plainColumn is the event column that x names, or -1 if x is anything else.
func (c *compiler) plainColumn(x syntax.Expr) int {
	f, ok := x.(*syntax.Field)
	if !ok || !c.events || len(c.left) > 0 || c.aliased(f.Segments) {
		return -1
	}
	return c.e.addColumn(f.Name(), f.Segments)
}

// perEntry makes a condition that depends on nothing but x cheap where x is a column with dictionary.
func (c *compiler) perEntry(x syntax.Expr, f cond) cond {
	column := c.plainColumn(x)
	if column < 0 {
		return f
	}
	const yes, no = 1, 2
	e := c.e
	var m entries
	return func() bool {
		col := e.column(column)
		if col == nil || col.Kind != block.Dict {
			return f()
		}
		known := m.at(col, e.row)
		if *known == 0 {
			*known = no
			if f() {
				*known = yes
			}
		}
		return *known == yes
	}
}

// found asks the engine first whether x contains a text, which may spare it reading x. f decides where it is not sure.
func (c *compiler) found(x syntax.Expr, text string, want bool, f cond) cond {
	column := c.plainColumn(x)
	if column < 0 || text == "" {
		return f
	}
	e, name := c.e, c.e.cols[column].name
	var verdicts []block.Verdict
	asked := uint64(0)
	return func() bool {
		if asked != e.blocks {
			asked, verdicts = e.blocks, nil
			if e.blk.Find != nil {
				verdicts = e.blk.Find(name, text)
			}
		}
		if verdicts != nil {
			switch verdicts[e.row] {
			case block.Has:
				return want
			case block.Lacks:
				return !want
			}
		}
		return f()
	}
}
