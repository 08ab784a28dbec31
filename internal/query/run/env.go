package run

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// env is the row that a program looks at. Slots memoise fields and computed columns of the current row: slot i is valid
// if gen[i] equals cur.
type env struct {
	slots []value.Value
	gen   []uint32
	cur   uint32
	defs  []func() value.Value
	made  int // bytes of texts that calls have made for the current row

	// Event rows.
	blk    *block.Block
	blocks uint64 // begun so far
	row    int
	cols   []eventColumn
	msgGen uint32
	msg    string
	json   bool   // doc is a JSON object
	doc    string // the JSON part of msg

	// Table rows.
	cells []value.Value
}

// eventColumn is a column of the current block as far as it was asked for.
type eventColumn struct {
	name  string
	path  value.Path
	asked bool
	// system names begin with a single @ and are never read from JSON.
	system bool
	col    *block.Column
}

func (e *env) beginBlock(b *block.Block) {
	e.blk = b
	e.blocks++
	for i := range e.cols {
		e.cols[i].asked, e.cols[i].col = false, nil
	}
}

func (e *env) beginRow(i int) {
	e.row = i
	e.made = 0
	e.cur++
	if e.cur == 0 { // after 2^32 rows old marks could look valid
		clear(e.gen)
		e.msgGen = 0
		e.cur = 1
	}
}

func (e *env) column(i int) *block.Column {
	c := &e.cols[i]
	if !c.asked {
		c.asked = true
		c.col = e.blk.Column(c.name)
	}
	return c.col
}

// addColumn returns the index of the event column with this name.
func (e *env) addColumn(name string, segments []string) int {
	for i := range e.cols {
		if e.cols[i].name == name {
			return i
		}
	}
	// A field whose own name begins with @ is addressed with a second @.
	if strings.HasPrefix(segments[0], "@@") {
		segments = append([]string{segments[0][1:]}, segments[1:]...)
	}
	system := strings.HasPrefix(name, "@") && !strings.HasPrefix(name, "@@")
	e.cols = append(e.cols, eventColumn{name: name, path: value.NewPath(segments), system: system})
	return len(e.cols) - 1
}

// maxMade bounds the texts that expressions make for one row, in bytes: each column of a query may be one, and all live until the
// next row.
const maxMade = 8 * fn.MaxText

var errMade = fmt.Errorf("%w of %d MB for the texts of one row", ErrMemory, maxMade>>20)

const messageColumn, timeColumn, logColumn = 0, 1, 2

// lambda reports whether the current event is of a function's log group.
func (e *env) lambda() bool {
	c := e.column(logColumn)
	if c == nil {
		return false
	}
	s, _ := c.Text(e.row)
	return strings.Contains(s, ":/aws/lambda/")
}

func newEnv() *env {
	e := &env{}
	e.addColumn(block.Message, []string{block.Message})
	e.addColumn(block.Timestamp, []string{block.Timestamp})
	e.addColumn(block.Log, []string{block.Log})
	return e
}

// message is the raw text of the current event.
func (e *env) message() string {
	if e.msgGen != e.cur {
		e.msgGen = e.cur
		e.msg, e.doc, e.json = "", "", false
		if c := e.column(messageColumn); c != nil {
			e.msg, _ = c.Text(e.row)
		}
		i := 0
		for i < len(e.msg) && (e.msg[i] == ' ' || e.msg[i] == '\n' || e.msg[i] == '\t' || e.msg[i] == '\r') {
			i++
		}
		e.json, e.doc = i < len(e.msg) && e.msg[i] == '{', e.msg
		if !e.json && e.lambda() {
			// Of a function's line the first embedded object is looked into. [CloudWatch Logs: discovered fields]
			if at := strings.IndexByte(e.msg, '{'); at >= 0 {
				e.json, e.doc = true, e.msg[at:]
			}
		}
	}
	return e.msg
}

func (e *env) time() int64 {
	if c := e.column(timeColumn); c != nil && c.Kind == block.Times {
		return c.Int[e.row]
	}
	return 0
}

// field reads an event field: the block's column if it has one, else the JSON of the message.
func (e *env) field(i int) value.Value {
	if c := e.column(i); c != nil {
		if c.Kind == block.Times {
			if !c.Has(e.row) {
				return value.Value{}
			}
			return value.OfTime(c.Int[e.row])
		}
		s, ok := c.Text(e.row)
		if !ok {
			return value.Value{}
		}
		if c.Bool {
			return value.OfBool(s == "1" || s == "true")
		}
		return value.OfString(s)
	}
	m := e.message()
	if e.cols[i].system {
		return lambdaField(m, e.cols[i].name)
	}
	if !e.json {
		return value.Value{}
	}
	return e.cols[i].path.Leaf(e.doc)
}

// raw is field, but objects and arrays of the message come as they are.
func (e *env) raw(i int) value.Value {
	if v := e.field(i); !v.IsNull() {
		return v
	}
	if e.message(); !e.json || e.cols[i].system {
		return value.Value{}
	}
	return e.cols[i].path.Any(e.doc)
}
