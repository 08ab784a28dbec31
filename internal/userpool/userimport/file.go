package userimport

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Why a row or a header is no good.
var (
	errHeader = errors.New("header is not that of the pool")
	errRow    = errors.New("row is malformed")
	errLong   = errors.New("row is too long")
)

// comma stands for an escaped comma while a row is cut. The byte occurs in no valid text.
const comma = "\xff"

// table reads the rows of a file.
type table struct {
	header []string
	feed   bytes.Reader
	csv    *csv.Reader
}

// newTable takes a file's first line. Its names are those of want, each once, in any order (the last inferred).
func newTable(line []byte, want []string) (*table, error) {
	t := &table{}
	t.csv = csv.NewReader(&t.feed)
	t.csv.FieldsPerRecord = -1
	header, err := t.row(line)
	if err != nil || len(header) != len(want) {
		return nil, errHeader
	}
	for _, name := range want {
		if !slices.Contains(header, name) {
			return nil, errHeader
		}
	}
	t.header = slices.Clone(header)
	t.csv.FieldsPerRecord = len(header)
	t.csv.ReuseRecord = true
	return t, nil
}

// row cuts one line into its values; `\,` is a comma within one. A value in quotes ends on its line. The slice is valid until the
// next call.
func (t *table) row(line []byte) ([]string, error) {
	if !utf8.Valid(line) {
		return nil, errRow
	}
	if utf8.RuneCount(line) > maxRow {
		return nil, errLong
	}
	escaped := bytes.Contains(line, []byte(`\,`))
	if escaped {
		line = bytes.ReplaceAll(line, []byte(`\,`), []byte(comma))
	}
	t.feed.Reset(line)
	fields, err := t.csv.Read()
	if err != nil {
		return nil, errRow
	}
	if escaped {
		for i, f := range fields {
			fields[i] = strings.ReplaceAll(f, comma, ",")
		}
	}
	return fields, nil
}

// read opens a file: the table of its header, and the lines behind it with the place of the first. The error is errHeader, or one of
// reading.
func read(r io.Reader, want []string) (t *table, rest *lines, took int64, err error) {
	rest = newLines(r)
	line, took, long, err := rest.next()
	if errors.Is(err, io.EOF) || long {
		return nil, nil, 0, errHeader
	}
	if err != nil {
		return nil, nil, 0, err
	}
	if t, err = newTable(line, want); err != nil {
		return nil, nil, 0, err
	}
	return t, rest, took, nil
}
