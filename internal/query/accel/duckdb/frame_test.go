package duckdb

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

func TestFrame_roundTrip(t *testing.T) {
	t.Parallel()
	args, err := packArgs([]any{"a", int64(-1 << 63), 0.1})
	if err != nil {
		t.Fatal(err)
	}
	if got := unpackArgs(args); !reflect.DeepEqual(got, []any{"a", int64(-1 << 63), 0.1}) {
		t.Errorf("arguments %v", got)
	}
	if _, err := packArgs([]any{3}); err == nil {
		t.Error("an argument of another type is taken")
	}
	rows := [][]accel.Cell{{{Kind: accel.Int, Int: -5}, {}}, {{Kind: accel.Text, Text: "é\x00"}, {Kind: accel.Text}}}
	var body []byte
	for _, r := range rows {
		for _, c := range r {
			body = appendCell(body, c)
		}
	}
	var buf bytes.Buffer
	if err := writeFrame(&buf, &header{Kind: kindRows, Rows: 2, Columns: 2, Statements: []statement{{SQL: "x", Args: args}}}, body); err != nil {
		t.Fatal(err)
	}
	h, b, err := readFrame(&buf)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]accel.Cell
	if err := readRows(h, b, func(c []accel.Cell) error { got = append(got, append([]accel.Cell(nil), c...)); return nil }); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, rows) {
		t.Errorf("got %v", got)
	}
	if _, _, err := readFrame(&buf); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestFrame_refuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"length beyond the limit": "\x7f\xff\xff\xff\x00\x00\x00\x00",
		"body beyond the limit":   "\x00\x00\x00\x02\x7f\xff\xff\xff{}",
		"no JSON":                 "\x00\x00\x00\x02\x00\x00\x00\x00{]",
		"too short":               "\x00\x00\x00\x09\x00\x00\x00\x00{}",
	} {
		if _, _, err := readFrame(strings.NewReader(in)); err == nil || err == io.EOF {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := writeFrame(io.Discard, &header{}, make([]byte, maxBody+1)); !errors.Is(err, errFrame) {
		t.Errorf("a large body: %v", err)
	}
	for name, c := range map[string]struct {
		h    header
		body string
	}{
		"more rows than bytes": {header{Rows: 2, Columns: 1}, "\x00"},
		"negative":             {header{Rows: -1, Columns: 1}, ""},
		"no columns":           {header{Rows: 1}, "\x00"},
		"too many columns":     {header{Rows: 1, Columns: 1 << 20}, "\x00"},
		"unknown kind":         {header{Rows: 1, Columns: 1}, "\x09"},
		"text too long":        {header{Rows: 1, Columns: 1}, "\x02\xff\xff\xff\xff\xff\xff\xff\xff\x7f"},
		"integer cut":          {header{Rows: 1, Columns: 1}, "\x01\x80"},
		"rest":                 {header{Rows: 1, Columns: 1}, "\x00\x00"},
	} {
		if err := readRows(&c.h, []byte(c.body), func([]accel.Cell) error { return nil }); !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	var buf bytes.Buffer
	_ = writeFrame(&buf, &header{Kind: kindRows, Rows: 1, Columns: 2}, appendCell(appendCell(nil, accel.Cell{Kind: accel.Int, Int: 7}), accel.Cell{Kind: accel.Text, Text: "x"}))
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		h, body, err := readFrame(bytes.NewReader(b))
		if err != nil {
			return
		}
		cells := 0
		_ = readRows(h, body, func(c []accel.Cell) error { cells += len(c); return nil })
		if cells > len(body) {
			t.Errorf("%d cells from %d bytes", cells, len(body))
		}
	})
}

func TestServe(t *testing.T) {
	t.Parallel()
	fail := errors.New("no")
	run := executorFunc(func(q *header, emit func(int, []accel.Cell) error) error {
		switch q.Statements[0].SQL {
		case "fail":
			return fail
		case "large":
			for {
				if err := emit(0, []accel.Cell{{Kind: accel.Text, Text: strings.Repeat("x", 1000)}}); err != nil {
					return err
				}
			}
		}
		for i := range 3 {
			if err := emit(i/2, []accel.Cell{{Kind: accel.Int, Int: int64(i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	var in, out bytes.Buffer
	for _, sql := range []string{"rows", "fail", "large"} {
		if err := writeFrame(&in, &header{Kind: kindQuery, Statements: []statement{{SQL: sql}}, Settings: &settings{ResultBytes: 1 << 20}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := serve(&in, &out, run, func() {}); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for {
		h, body, err := readFrame(&out)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Kind == kindRows && len(body) > batchBytes+2000 {
			t.Errorf("a batch of %d bytes", len(body))
		}
		kinds = append(kinds, h.Kind+h.Error)
	}
	if got := strings.Join(kinds, " "); got != "rows rows done failedno rows rows rows failed"+errTooLarge.Error() {
		t.Errorf("answers: %s", got)
	}
	if err := serve(strings.NewReader("\x00"), io.Discard, run, func() {}); err == nil {
		t.Error("cut input is taken")
	}
}

type executorFunc func(q *header, emit func(int, []accel.Cell) error) error

func (f executorFunc) run(q *header, emit func(int, []accel.Cell) error) error { return f(q, emit) }
func (executorFunc) prepare()                                                  {}
