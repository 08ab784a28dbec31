package lookuptable

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Read reads a table: UTF-8 CSV whose first line names the columns. Empty cells are texts of no length.
func Read(text string) (*run.Table, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("it has more than %d bytes", MaxBytes)
	}
	if !utf8.ValidString(text) {
		return nil, errors.New("it is not UTF-8")
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	t := &run.Table{Names: head}
	seen := make(map[string]bool, len(head))
	for _, n := range head {
		if n == "" || seen[n] {
			return nil, fmt.Errorf("header: column %q is empty or named twice", n)
		}
		seen[n] = true
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		row := make([]value.Value, len(rec))
		for i, s := range rec {
			row[i] = value.OfString(s)
		}
		t.Rows = append(t.Rows, row)
	}
}
