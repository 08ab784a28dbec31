package userimport

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var fuzzed = []string{"name", "email", columnMFA, columnName}

// FuzzFile reads any file: it is cut without a byte lost or counted twice, every row has a value for each column or none, and what is
// wrong in a row does not spread to the next.
func FuzzFile(f *testing.F) {
	const header = "name,email,cognito:mfa_enabled,cognito:username\n"
	for _, s := range []string{
		"", "\n", header, header + "a,b,c,d\n", header + `a\,b,"c,d",,` + "\r\n\r\n", header + `"a` + "\n" + `b",,,` + "\n", header + "\xff,,,\n",
		"cognito:username,name,email,cognito:mfa_enabled\r\n1,2,3,4", header + `\\,,,` + "\n", header + `",\,",,,` + "\n" + `a"b,,,` + "\n", header + "\r\r\n,,,",
		"\ufeff" + header,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, rest, took, err := read(bytes.NewReader(raw), fuzzed)
		if err != nil {
			if !errors.Is(err, errHeader) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if !slices.Equal(slices.Sorted(slices.Values(table.header)), slices.Sorted(slices.Values(fuzzed))) {
			t.Fatalf("header %q", table.header)
		}
		passed, total := int64(1), took
		for {
			b, err := gather(table, rest, passed)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range b.lines {
				if x.err == nil && len(x.fields) != len(fuzzed) || x.err != nil && x.fields != nil {
					t.Fatalf("line %d: %q, %v", x.number, x.fields, x.err)
				}
				for _, v := range x.fields {
					if !utf8.ValidString(v) {
						t.Fatalf("line %d: value %q", x.number, v)
					}
				}
			}
			passed += b.passed
			total += b.took
			if b.last {
				break
			}
		}
		if total != int64(len(raw)) {
			t.Fatalf("took %d bytes of %d", total, len(raw))
		}
		want := int64(bytes.Count(raw, []byte("\n")))
		if !bytes.HasSuffix(raw, []byte("\n")) {
			want++
		}
		if passed != want {
			t.Fatalf("%d lines, want %d", passed, want)
		}
		again, err := table.row([]byte("1,2,3,4"))
		if err != nil || !slices.Equal(again, []string{"1", "2", "3", "4"}) {
			t.Fatalf("a good row afterwards: %q, %v", again, err)
		}
	})
}

// FuzzRow writes values the way the documentation says and reads them back.
func FuzzRow(f *testing.F) {
	f.Add("a", "b,c", "", "d")
	f.Add("é", ",", ",,", `x`)
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		values := []string{a, b, c, d}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\"\r\n\\") || len(v) > 1000 {
				return
			}
		}
		table, err := newTable([]byte(strings.Join(fuzzed, ",")), fuzzed)
		if err != nil {
			t.Fatal(err)
		}
		escaped := make([]string, len(values))
		for i, v := range values {
			escaped[i] = strings.ReplaceAll(v, ",", `\,`)
		}
		got, err := table.row([]byte(strings.Join(escaped, ",")))
		if err != nil || !slices.Equal(got, values) {
			t.Fatalf("read %q, %v, want %q", got, err, values)
		}
	})
}

// TestLines_slow reads a file that comes byte by byte.
func TestLines_slow(t *testing.T) {
	t.Parallel()
	l := newLines(&slow{"a\r\n\nlast"})
	var got []string
	for {
		line, _, _, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(line))
	}
	if !slices.Equal(got, []string{"a", "", "last"}) {
		t.Errorf("lines %q", got)
	}
}

type slow struct{ text string }

func (s *slow) Read(p []byte) (int, error) {
	if s.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:1], s.text)
	s.text = s.text[n:]
	return n, nil
}
