package qtest

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/cogtrail/cogtrail/internal/query"
)

// All reads every script of the project and returns their number and their cases.
func All() (scripts int, cases []*Case, err error) {
	files, err := fs.Glob(query.Scripts, "testdata/*.qtest")
	if err != nil {
		return 0, nil, fmt.Errorf("find scripts: %w", err)
	}
	for _, f := range files {
		text, err := fs.ReadFile(query.Scripts, f)
		if err != nil {
			return 0, nil, fmt.Errorf("script %s: %w", f, err)
		}
		more, err := Parse(string(text))
		if err != nil {
			return 0, nil, fmt.Errorf("script %s: %w", f, err)
		}
		cases = append(cases, more...)
	}
	return len(files), cases, nil
}

// Numbered returns the labels of the conformance list, each once.
func Numbered() ([]string, error) {
	_, cases, err := All()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range cases {
		if c.Label != "" && !slices.Contains(out, c.Label) {
			out = append(out, c.Label)
		}
	}
	return out, nil
}
