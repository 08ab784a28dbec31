package accel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Groups reads the rows of a statement that executes stats: keys, then the cells of each aggregate, then the number of
// events in the group and their bytes, or those of all groups.
type Groups struct {
	names []string
	keys  []kind
	aggs  []aggregate
	max   int
	// best says that only the groups that can be in the result are read, with the sums of all.
	best bool
}

// aggregate says how many cells an aggregate takes and what they mean.
type aggregate struct {
	cells int
	// count says that the only cell is an integer and the value.
	count bool
	read  reader
}

// Errors of reading an answer; the query is then run in Go.
var (
	errShape  = errors.New("answer of the engine has another shape than asked for")
	errMixed  = errors.New("numbers among the texts of min or max")
	errGroups = errors.New("more groups than the limit")
)

// groups writes stats. Only aggregates of the language that come out the same, whatever the order of the rows, are
// written; a sum of floating-point numbers, for one, is not.
func (t *translator) groups(st *syntax.Stats, from string, max int, top *top) (*Groups, string, error) {
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
		a, sqls, err := t.aggregate(call)
		if err != nil {
			return nil, "", err
		}
		if top != nil && top.name == it.Name() && a.count {
			top.column = len(cols)
		}
		cols = append(cols, sqls...)
		g.aggs, g.names = append(g.aggs, a), append(g.names, it.Name())
	}
	if top != nil && top.column >= 0 && len(by) > 0 {
		g.best = true
		return g, t.best(cols, by, from, max, top), nil
	}
	sql := "SELECT " + strings.Join(append(cols, "count(*)", t.d.Int("sum("+t.d.Ident(colSize)+")")), ", ") + from
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

func (t *translator) aggregate(x *syntax.Call) (a aggregate, sqls []string, err error) {
	f := fn.Aggregate(x.Name)
	if f == nil {
		return a, nil, inexpressible(x)
	}
	number := aggregate{cells: 1, count: true, read: readCount}
	if f.Name == "count" && (x.Star || len(x.Args) == 0) {
		return number, []string{"count(*)"}, nil
	}
	if len(x.Args) != 1 {
		return a, nil, inexpressible(x)
	}
	arg := x.Args[0]
	switch f.Name {
	case "count", "count_distinct":
		o, err := t.operand(arg)
		if err != nil {
			return a, nil, err
		}
		if f.Name == "count" {
			return number, []string{"count(" + o.sql + ")"}, nil
		}
		return number, []string{t.d.Distinct(o.sql)}, nil
	case "sum", "avg":
		a.read, sqls, err = t.truths(arg, f.Name == "avg")
	case "min", "max", "earliest", "latest":
		a.read, sqls, err = t.extreme(arg, f.Name)
	default:
		err = inexpressible(x)
	}
	a.cells = len(sqls)
	return a, sqls, err
}

type reader func([]Cell) (value.Value, error)

// truths adds up conditions, which count 1 and 0: integers, so that the order does not matter.
func (t *translator) truths(x syntax.Expr, avg bool) (reader, []string, error) {
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
	return func(c []Cell) (value.Value, error) {
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
	}, []string{t.d.CountIf(cond), n}, nil
}

func (t *translator) extreme(x syntax.Expr, name string) (reader, []string, error) {
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
		return readCount, []string{name + "(" + o.sql + ")"}, nil // shown as milliseconds
	case textKind:
		// Texts compare by bytes unless both are numbers.
		numbers := t.d.CountIf(t.d.Matches(o.sql, t.d.Quote(NumberPattern)))
		return func(c []Cell) (value.Value, error) {
			switch {
			case c[1].Kind != Int:
				return value.Value{}, errShape
			case c[1].Int > 0:
				return value.Value{}, errMixed
			case c[0].Kind == Text:
				return value.OfString(c[0].Text), nil
			}
			return value.Value{}, nil
		}, []string{name + "(" + o.sql + ")", numbers}, nil
	}
	return nil, nil, inexpressible(x)
}

func readCount(c []Cell) (value.Value, error) {
	if c[0].Kind != Int {
		return value.Value{}, errShape
	}
	return value.OfInt(c[0].Int), nil
}

// row reads one row; matched and bytes are about the events in its group.
func (g *Groups) row(cells []Cell) (row []value.Value, matched, bytes int64, err error) {
	n := len(g.keys) + 2
	for _, a := range g.aggs {
		n += a.cells
	}
	if len(cells) != n || cells[n-1].Kind != Int || cells[n-2].Kind != Int {
		return nil, 0, 0, errShape
	}
	row = make([]value.Value, 0, len(g.names))
	for i, k := range g.keys {
		v, err := read(k, cells[i])
		if err != nil {
			return nil, 0, 0, err
		}
		row = append(row, v)
	}
	at := len(g.keys)
	for i, a := range g.aggs {
		v, err := a.read(cells[at : at+a.cells])
		if err != nil {
			return nil, 0, 0, fmt.Errorf("column %s: %w", g.names[len(g.keys)+i], err)
		}
		row = append(row, v)
		at += a.cells
	}
	return row, cells[n-2].Int, cells[n-1].Int, nil
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
	run.SortGroups(rows, len(g.keys))
	return &run.Table{Names: g.names, Rows: rows}
}
