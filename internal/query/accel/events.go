package accel

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// maxEvents bounds the events that an engine chooses; more are read as quickly in Go.
const maxEvents = 10_000

// Events reads the rows of a statement that chooses events: time, time of ingestion, order of arrival, group, stream, and
// then the columns.
type Events struct {
	scope   *Scope
	columns []string
	rows    []event
}

type event struct {
	at, ingested, ord int64
	group, stream     string
	cells             []Cell
}

const eventCells = 5

// events writes filters, order by time, and limit. Fields, functions and columns are left to Go, which sees few events.
func (t *translator) events(p *plan.Plan, st *plan.Stage, from string, limit int) (*Events, string, error) {
	desc, ok := t.byTime(st.Sort)
	// Between events of one group with the same time the order of arrival decides; between groups it would be their
	// places in files.
	if !ok || st.Dedup != nil || st.Any || limit < 1 || limit > maxEvents || len(t.scope.From) != 1 || subqueries(st) {
		return nil, "", inexpressible("events")
	}
	e := &Events{scope: t.scope}
	// A function may look into objects, which columns do not hold.
	message := calls(st)
	for _, f := range p.Fields {
		switch f {
		case block.Timestamp, block.IngestionTime, block.Ptr, block.Log, block.LogStream:
		default:
			if t.scope.exact(f) {
				e.columns = append(e.columns, f)
			} else {
				message = true
			}
		}
	}
	if message {
		e.columns = append(e.columns, block.Message)
	}
	id := t.d.Ident
	cols := []string{id(block.Timestamp), id(block.IngestionTime), id(colOrd), id(colGroup), id(block.LogStream)}
	for _, c := range e.columns {
		if c == block.Message {
			cols = append(cols, t.d.message())
		} else {
			cols = append(cols, id(c))
		}
	}
	order := " ORDER BY " + id(block.Timestamp) + " DESC, " + id(colOrd) + " DESC"
	if !desc {
		order = " ORDER BY " + id(block.Timestamp) + " ASC, " + id(colOrd) + " DESC"
	}
	return e, "SELECT " + strings.Join(cols, ", ") + from + order + " LIMIT " + strconv.Itoa(limit), nil
}

// subqueries tells whether keys of sort hold any; filters and fields were looked at already.
func subqueries(st *plan.Stage) bool {
	return slices.ContainsFunc(st.Sort, func(k *syntax.Key) bool { return noQuery(k.X) != nil })
}

// calls tells whether the stage calls functions outside of filters.
func calls(st *plan.Stage) bool {
	found := false
	for _, c := range st.Rows {
		var items []*syntax.Item
		switch c := c.(type) {
		case *syntax.Fields:
			items = c.Items
		case *syntax.Display:
			items = c.Items
		case *syntax.Extract:
			return true
		}
		for _, it := range items {
			syntax.Walk(it.X, func(x syntax.Expr) bool {
				_, call := x.(*syntax.Call)
				found = found || call
				return !found
			})
		}
	}
	return found
}

func (e *Events) row(cells []Cell) error {
	if len(cells) != eventCells+len(e.columns) {
		return errShape
	}
	for i, k := range [eventCells]CellKind{Int, Int, Int, Text, Text} {
		if cells[i].Kind != k {
			return errShape
		}
	}
	for _, c := range cells[eventCells:] {
		if c.Kind == Int {
			return errShape
		}
	}
	e.rows = append(e.rows, event{at: cells[0].Int, ingested: cells[1].Int, ord: cells[2].Int, group: cells[3].Text,
		stream: cells[4].Text, cells: slices.Clone(cells[eventCells:])})
	return nil
}

// Scan implements [block.Source] over the chosen events, by order of arrival.
func (e *Events) Scan(ctx context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	slices.SortFunc(e.rows, func(a, b event) int { return int(min(max(a.ord-b.ord, -1), 1)) })
	base := int64(1)
	for rows := range slices.Chunk(e.rows, block.MaxRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := e.block(rows)
		b.Base = base
		base += int64(len(rows))
		if err := yield(b); err != nil {
			return err
		}
	}
	return nil
}

func (e *Events) block(rows []event) *block.Block {
	n := len(rows)
	at, ingested := make([]int64, n), make([]int64, n)
	log, stream, ptr := make([]string, n), make([]string, n), make([]string, n)
	for i := range rows {
		r := &rows[i]
		at[i], ingested[i], stream[i] = r.at, r.ingested, r.stream
		log[i] = e.scope.Account + ":" + r.group
		ptr[i] = segment.Pointer(segment.Key{Account: e.scope.Account, Region: e.scope.Region, Group: r.group},
			segment.Position{Time: r.at, Ord: r.ord})
	}
	b := &block.Block{N: n, Bytes: 1, Columns: map[string]*block.Column{ // the size was counted by the engine
		block.Timestamp: block.TimeColumn(at), block.IngestionTime: block.TimeColumn(ingested),
		block.Log: block.StringColumn(log, nil), block.LogStream: block.StringColumn(stream, nil),
		block.Ptr: block.StringColumn(ptr, nil),
	}}
	for k, name := range e.columns {
		texts, present := make([]string, n), make([]bool, n)
		for i := range rows {
			texts[i], present[i] = rows[i].cells[k].Text, rows[i].cells[k].Kind == Text
		}
		c := block.StringColumn(texts, present)
		c.Bool = name == boolField
		b.Columns[name] = c
	}
	return b
}
