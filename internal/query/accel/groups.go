package accel

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Groups reads the rows of a statement that executes stats: keys, then the cells of each aggregate, then the number of
// rows of the group.
type Groups struct {
	names []string
	keys  []kind
	aggs  []aggregate
	max   int
}

// aggregate says how many cells an aggregate takes and what they mean.
type aggregate struct {
	cells int
	read  func(c []Cell) (value.Value, error)
}

// Errors of reading an answer; the query is then run in Go.
var (
	errShape  = errors.New("answer of the engine has another shape than asked for")
	errMixed  = errors.New("numbers among the texts of min or max")
	errGroups = errors.New("more groups than the limit")
)

// groups writes stats. Only aggregates of the language that come out the same, whatever the order of the rows, are
// written; a sum of floating-point numbers, for one, is not.
func (t *translator) groups(st *syntax.Stats, from string, max int) (*Groups, string, error) {
	if st.Offset != nil {
		return nil, "", inexpressible(st)
	}
	g := &Groups{max: max}
	var cols, by []string
	for _, it := range st.By {
		sql, k, err := t.key(it.X)
		if err != nil {
			return nil, "", err
		}
		cols, by = append(cols, sql), append(by, strconv.Itoa(len(by)+1))
		g.keys, g.names = append(g.keys, k), append(g.names, it.Name())
	}
	for _, it := range st.Aggs {
		call, ok := it.X.(*syntax.Call)
		if !ok {
			return nil, "", inexpressible(it.X)
		}
		sqls, read, err := t.aggregate(call)
		if err != nil {
			return nil, "", err
		}
		cols = append(cols, sqls...)
		g.aggs, g.names = append(g.aggs, aggregate{len(sqls), read}), append(g.names, it.Name())
	}
	sql := "SELECT " + strings.Join(append(cols, "count(*)"), ", ") + from
	if len(by) > 0 {
		sql += " GROUP BY " + strings.Join(by, ", ")
	}
	// Without rows there is no group, also without keys.
	return g, sql + " HAVING count(*) > 0 LIMIT " + strconv.Itoa(max+1), nil
}

// key is a group key: an operand, or a condition.
func (t *translator) key(x syntax.Expr) (string, kind, error) {
	if o, err := t.operand(x); err == nil {
		return o.sql, o.kind, nil
	}
	s, err := t.condition(x, false)
	return "CASE WHEN " + s + " THEN '1' ELSE '0' END", boolKind, err
}

func (t *translator) aggregate(x *syntax.Call) ([]string, func([]Cell) (value.Value, error), error) {
	a := fn.Aggregate(x.Name)
	if a == nil {
		return nil, nil, inexpressible(x)
	}
	if a.Name == "count" && (x.Star || len(x.Args) == 0) {
		return []string{"count(*)"}, readCount, nil
	}
	if len(x.Args) != 1 {
		return nil, nil, inexpressible(x)
	}
	arg := x.Args[0]
	switch a.Name {
	case "count", "count_distinct":
		o, err := t.operand(arg)
		if err != nil {
			return nil, nil, err
		}
		if a.Name == "count" {
			return []string{"count(" + o.sql + ")"}, readCount, nil
		}
		return []string{t.d.Distinct(o.sql)}, readCount, nil
	case "sum", "avg":
		return t.truths(arg, a.Name == "avg")
	case "min", "max", "earliest", "latest":
		return t.extreme(arg, a.Name)
	}
	return nil, nil, inexpressible(x)
}

// truths adds up conditions, which count 1 and 0: integers, so that the order does not matter.
func (t *translator) truths(x syntax.Expr, avg bool) ([]string, func([]Cell) (value.Value, error), error) {
	var cond, n string
	if o, err := t.operand(x); err == nil {
		if o.kind != boolKind {
			return nil, nil, inexpressible(x)
		}
		cond, n = o.sql+" = '1'", "count("+o.sql+")"
	} else {
		if cond, err = t.condition(x, false); err != nil {
			return nil, nil, err
		}
		n = "count(*)"
	}
	return []string{t.d.CountIf(cond), n}, func(c []Cell) (value.Value, error) {
		if c[0].Kind != Int || c[1].Kind != Int {
			return value.Value{}, errShape
		}
		switch {
		case c[1].Int == 0:
			return value.Value{}, nil
		case avg:
			return value.OfNumber(float64(c[0].Int) / float64(c[1].Int)), nil
		}
		return value.OfInt(c[0].Int), nil
	}, nil
}

func (t *translator) extreme(x syntax.Expr, name string) ([]string, func([]Cell) (value.Value, error), error) {
	o, err := t.operand(x)
	if err != nil {
		return nil, nil, err
	}
	switch name {
	case "earliest", "latest":
		// Of the time itself the earliest is the smallest, also of its bins; of anything else ties would matter.
		if o.kind != timeKind || !strings.Contains(o.sql, t.d.Ident(block.Timestamp)) {
			return nil, nil, inexpressible(x)
		}
		name = map[string]string{"earliest": "min", "latest": "max"}[name]
	}
	switch o.kind {
	case timeKind:
		return []string{name + "(" + o.sql + ")"}, readCount, nil // shown as milliseconds
	case textKind:
		// Texts compare by bytes unless both are numbers.
		numbers := t.d.CountIf(t.d.Matches(o.sql, t.d.Quote(NumberPattern)))
		return []string{name + "(" + o.sql + ")", numbers}, func(c []Cell) (value.Value, error) {
			switch {
			case c[1].Kind != Int:
				return value.Value{}, errShape
			case c[1].Int > 0:
				return value.Value{}, errMixed
			case c[0].Kind == Text:
				return value.OfString(c[0].Text), nil
			}
			return value.Value{}, nil
		}, nil
	}
	return nil, nil, inexpressible(x)
}

func readCount(c []Cell) (value.Value, error) {
	if c[0].Kind != Int {
		return value.Value{}, errShape
	}
	return value.OfInt(c[0].Int), nil
}

// row reads one row; matched is the number of events in its group.
func (g *Groups) row(cells []Cell) (row []value.Value, matched int64, err error) {
	n := len(g.keys) + 1
	for _, a := range g.aggs {
		n += a.cells
	}
	if len(cells) != n || cells[n-1].Kind != Int {
		return nil, 0, errShape
	}
	row = make([]value.Value, 0, len(g.names))
	for i, k := range g.keys {
		v, err := read(k, cells[i])
		if err != nil {
			return nil, 0, err
		}
		row = append(row, v)
	}
	at := len(g.keys)
	for i, a := range g.aggs {
		v, err := a.read(cells[at : at+a.cells])
		if err != nil {
			return nil, 0, fmt.Errorf("column %s: %w", g.names[len(g.keys)+i], err)
		}
		row = append(row, v)
		at += a.cells
	}
	return row, cells[n-1].Int, nil
}

func read(k kind, c Cell) (value.Value, error) {
	switch {
	case c.Kind == Null && k != timeKind:
		return value.Value{}, nil
	case c.Kind == Text && k == textKind:
		return value.OfString(c.Text), nil
	case c.Kind == Text && k == boolKind:
		return value.OfBool(c.Text == "1"), nil
	case c.Kind == Int && k == timeKind:
		return value.OfTime(c.Int), nil
	}
	return value.Value{}, errShape
}

// table puts the rows into the order in which package run hands groups on.
func (g *Groups) table(rows [][]value.Value) *run.Table {
	slices.SortFunc(rows, func(a, b []value.Value) int {
		for i := range g.keys {
			if n := cmp.Or(value.Compare(a[i], b[i]), strings.Compare(a[i].Raw(), b[i].Raw())); n != 0 {
				return n
			}
		}
		return 0
	})
	return &run.Table{Names: g.names, Rows: rows}
}
