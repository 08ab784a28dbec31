package duckdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

// A frame is the length of the header, the length of the body (4 bytes each, big endian), a JSON header and a body of
// packed rows.
const (
	maxHeader = 8 << 20
	maxBody   = 4 << 20
	// batchBytes is the size at which the child sends what it has.
	batchBytes = 256 << 10
)

// Kinds of frames. The parent sends queries; the child answers each by any number of rows and then done or failed.
const (
	kindQuery  = "query"
	kindRows   = "rows"
	kindDone   = "done"
	kindFailed = "failed"
)

type header struct {
	Kind string
	// Of a query.
	Files      []string    `json:",omitempty"`
	Statements []statement `json:",omitempty"`
	Settings   *settings   `json:",omitempty"`
	// Statement is the place of the statement whose rows the body holds; Rows and Columns are their numbers.
	Statement int `json:",omitempty"`
	Rows      int `json:",omitempty"`
	Columns   int `json:",omitempty"`
	// Error is the text of a failure.
	Error string `json:",omitempty"`
}

type statement struct {
	SQL  string
	Args []arg `json:",omitempty"`
}

// arg is a bound value; exactly one part is set. Floats travel as their bits, integers whole.
type arg struct {
	Text  *string `json:",omitempty"`
	Int   *int64  `json:",omitempty"`
	Float *uint64 `json:",omitempty"`
}

// settings bound what the child's database may use.
type settings struct {
	MemoryMB int64
	Threads  int
	// ResultBytes is the largest answer to one query.
	ResultBytes int64
}

var errFrame = errors.New("malformed frame")

func writeFrame(w io.Writer, h *header, body []byte) error {
	j, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("frame header: %w", err)
	}
	if len(j) > maxHeader || len(body) > maxBody {
		return fmt.Errorf("frame of %d and %d bytes: %w", len(j), len(body), errFrame)
	}
	b := make([]byte, 8, 8+len(j)+len(body))
	binary.BigEndian.PutUint32(b, uint32(len(j)))
	binary.BigEndian.PutUint32(b[4:], uint32(len(body)))
	b = append(append(b, j...), body...)
	_, err = w.Write(b)
	return err
}

// readFrame returns io.EOF only between frames.
func readFrame(r io.Reader) (*header, []byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, nil, err
	}
	hl, bl := binary.BigEndian.Uint32(n[:]), binary.BigEndian.Uint32(n[4:])
	if hl > maxHeader || bl > maxBody {
		return nil, nil, fmt.Errorf("lengths %d and %d: %w", hl, bl, errFrame)
	}
	// The lengths are the sender's word: memory grows with what arrives.
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, r, int64(hl)+int64(bl)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, nil, err
	}
	h := &header{}
	if err := json.Unmarshal(buf.Bytes()[:hl], h); err != nil {
		return nil, nil, fmt.Errorf("frame header: %w: %w", errFrame, err)
	}
	return h, buf.Bytes()[hl:], nil
}

func appendCell(b []byte, c accel.Cell) []byte {
	b = append(b, byte(c.Kind))
	switch c.Kind {
	case accel.Int:
		b = binary.AppendVarint(b, c.Int)
	case accel.Text:
		b = binary.AppendUvarint(b, uint64(len(c.Text)))
		b = append(b, c.Text...)
	}
	return b
}

// readRows unpacks a body and calls row for each row.
func readRows(h *header, body []byte, row func(cells []accel.Cell) error) error {
	if h.Rows < 0 || h.Columns < 1 || h.Columns > maxColumns || h.Rows > len(body) {
		return fmt.Errorf("%d rows of %d columns: %w", h.Rows, h.Columns, errFrame)
	}
	cells := make([]accel.Cell, h.Columns)
	for range h.Rows {
		for i := range cells {
			if len(body) == 0 {
				return fmt.Errorf("rows end early: %w", errFrame)
			}
			c := accel.Cell{Kind: accel.CellKind(body[0])}
			body = body[1:]
			switch c.Kind {
			case accel.Null:
			case accel.Int:
				v, n := binary.Varint(body)
				if n <= 0 {
					return fmt.Errorf("integer: %w", errFrame)
				}
				c.Int, body = v, body[n:]
			case accel.Text:
				size, n := binary.Uvarint(body)
				if n <= 0 || size > uint64(len(body)-n) {
					return fmt.Errorf("text: %w", errFrame)
				}
				c.Text, body = string(body[n:n+int(size)]), body[n+int(size):]
			default:
				return fmt.Errorf("cell kind %d: %w", c.Kind, errFrame)
			}
			cells[i] = c
		}
		if err := row(cells); err != nil {
			return err
		}
	}
	if len(body) > 0 {
		return fmt.Errorf("%d bytes after the rows: %w", len(body), errFrame)
	}
	return nil
}

// maxColumns bounds the columns of an answer.
const maxColumns = 512

func packArgs(args []any) ([]arg, error) {
	out := make([]arg, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			out[i].Text = &a
		case int64:
			out[i].Int = &a
		case float64:
			out[i].Float = new(math.Float64bits(a))
		default:
			return nil, fmt.Errorf("argument %d has type %T", i, a)
		}
	}
	return out, nil
}

func unpackArgs(args []arg) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch {
		case a.Text != nil:
			out[i] = *a.Text
		case a.Int != nil:
			out[i] = *a.Int
		case a.Float != nil:
			out[i] = math.Float64frombits(*a.Float)
		}
	}
	return out
}
