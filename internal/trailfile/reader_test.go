package trailfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // a buffer takes all
	_ = z.Close()
	return b.String()
}

// readAll returns the messages and the error after them, nil at a good end.
func readAll(text string) (out []string, err error) {
	r, err := NewReader(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, string(rec.Message))
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	a, b := `{"eventID":"1","x":"}]\""}`, `{"eventID":"2"}`
	for _, c := range []struct {
		name, text string
		want       []string
		fails      bool
	}{
		{"nothing", "", nil, false},
		{"blanks", " \n\t", nil, false},
		{"a document", `{"Records":[` + a + `,` + b + `]}`, []string{a, b}, false},
		{"documents one after the other", `{"Records":[` + a + `]}` + "\n" + `{ "Records" : [ ` + b + ` ] , "more": {"x":[1]} }`, []string{a, b}, false},
		{"no records", `{"Records":[]}`, nil, false},
		{"records named late", `{"v":1,"Records":[` + a + `, ` + b + `]}`, []string{a, b}, false},
		{"lines", a + "\n" + b + "\r\n", []string{a, b}, false},
		{"lines without ends", a + b, []string{a, b}, false},
		{"a key that begins alike", `{"RecordsX":1}`, []string{`{"RecordsX":1}`}, false},
		{"records that are no list", `{"Records":1}`, []string{`{"Records":1}`}, false},
		{"pretty text", "{\"Records\": [\n  {\n    \"eventID\": \"1\"\n  }\n]\n}\n", []string{`{"eventID":"1"}`}, false},
		{"a digest", `{"digestStartTime":"a","digestEndTime":"b"}`, nil, false},
		{"a byte order mark", "\ufeff" + a, []string{a}, false},
		{"gzip", zipped(`{"Records":[` + a + `]}`), []string{a}, false},
		{"two gzip members", zipped(`{"Records":[`+a+`]}`) + zipped(b), []string{a, b}, false},
		{"blanks of a record", `{ "eventID":"1" }` + "\n" + `{"v":1,"Records":[{ "eventID":"2"}]}`, []string{`{ "eventID":"1" }`, `{ "eventID":"2"}`}, false},
		{"blanks without end", "{" + strings.Repeat(" ", MaxRecord+1), nil, true},
		{"a malformed document", `{0"Records"[{ }]}`, nil, true},
		{"cut off in a record", `{"Records":[` + a + `,{"eventID":`, []string{a}, true},
		{"cut off between records", `{"Records":[` + a + `,`, []string{a}, true},
		{"cut off behind the list", `{"Records":[` + a + `]`, []string{a}, true},
		{"cut off in the head", `{"Rec`, nil, true},
		{"gzip without its end", strings.TrimSuffix(zipped(a), zipped(a)[len(zipped(a))-4:]), []string{a}, true},
		{"not JSON", "hello", nil, true},
		{"a line between that is none", a + "\nhello\n" + b, []string{a}, true},
		{"a record that is none", `{"Records":[1]}`, nil, true},
		{"bad JSON in brackets", `{"eventID":}`, nil, true},
		{"an unclosed text", `{"eventID":"`, nil, true},
		{"too large", `{"x":"` + strings.Repeat("a", MaxRecord) + `"}`, nil, true},
	} {
		got, err := readAll(c.text)
		if !slices.Equal(got, c.want) || (err != nil) != c.fails {
			t.Errorf("%s: %.200q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestReader_facts(t *testing.T) {
	t.Parallel()
	r, err := NewReader(strings.NewReader(`{"eventTime":"2026-03-01T00:00:01Z","eventID":"id-1"}{"eventTime":"soon"}`))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := r.Next()
	if err != nil || rec.Time != 1772323201000 || !rec.Timed || rec.ID != "id-1" {
		t.Errorf("%+v, %v", rec, err)
	}
	if rec, err = r.Next(); err != nil || rec.Timed || rec.ID != "" {
		t.Errorf("%+v, %v", rec, err)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{`{"Records":[{"eventID":"1"}]}`, "{}\n{}", `{"a":1,"Records":[{},{"b":[1]}]}`, zipped(`{"Records":[{}]}`), `{"Records":[`, "\x1f\x8b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := readAll(text)
		for _, m := range got {
			if strings.ContainsAny(m, "\n\r") {
				t.Errorf("%q has several lines", m)
			}
			again, err := readAll(m)
			if err == nil && len(again) == 1 && again[0] != m {
				t.Errorf("%q reads as %q", m, again[0])
			}
		}
	})
}
