package qtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Engine runs the queries of scripts.
type Engine interface {
	// Open loads the groups. It is called for each distinct load; cleaning up belongs into t.Cleanup.
	Open(t testing.TB, groups []Group) Session
}

// Session is an engine with loaded events.
type Session interface {
	// Run executes the case's query over its first group, or over the groups that SOURCE names.
	Run(ctx context.Context, p *plan.Plan, c *Case) (*run.Result, error)
	// Message is the raw text of the event that an @ptr points at.
	Message(ptr string) (string, error)
}

// Run runs all scripts of the project as subtests.
func Run(t *testing.T, e Engine) {
	t.Helper()
	files, err := fs.Glob(query.Scripts, "testdata/*.qtest")
	if err != nil || len(files) == 0 {
		t.Fatalf("find scripts: %v", err)
	}
	for _, f := range files {
		text, err := fs.ReadFile(query.Scripts, f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(f, "testdata/"), ".qtest")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			RunScript(t, e, string(text))
		})
	}
}

// RunScript runs one script.
func RunScript(t *testing.T, e Engine, text string) {
	t.Helper()
	cases, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var s Session
	var groups []Group
	for _, c := range cases {
		if s == nil || !sameGroups(groups, c.Groups) {
			s, groups = e.Open(t, c.Groups), c.Groups
		}
		t.Run(c.name(), func(t *testing.T) { c.check(t, s) })
	}
}

func (c *Case) name() string {
	if c.Label != "" {
		return fmt.Sprintf("case %s line %d", c.Label, c.Line)
	}
	return fmt.Sprintf("line %d", c.Line)
}

func sameGroups(a, b []Group) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (c *Case) check(t *testing.T, s Session) {
	t.Helper()
	var res *run.Result
	p, err := plan.Compile(c.Text)
	if err == nil {
		res, err = s.Run(t.Context(), p, c)
	}
	for _, x := range c.Expect {
		if x.Kind == "error" {
			checkError(t, x, err)
			continue
		}
		if err != nil {
			t.Fatalf("%s\nfails: %v", c.Text, err)
		}
		if e := x.check(c, s, res); e != nil {
			t.Errorf("%s\nline %d: %v\ngot columns %q, %d of %d matched:\n%s", c.Text, x.Line, e, res.Columns, res.Matched, res.Scanned, show(res))
		}
	}
}

func checkError(t *testing.T, x Expectation, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("line %d: no error", x.Line)
		return
	}
	text := x.Args
	if rest, ok := strings.CutPrefix(text, "at "); ok {
		var start, end int
		if _, e := fmt.Sscanf(rest, "%d %d", &start, &end); e != nil {
			t.Fatalf("line %d: %v", x.Line, e)
		}
		parts := strings.SplitN(rest, " ", 3)
		text = ""
		if len(parts) == 3 {
			text = parts[2]
		}
		var se *syntax.Error
		if !errors.As(err, &se) || se.Start != start || se.End != end {
			t.Errorf("line %d: want error at [%d,%d], got %v", x.Line, start, end, err)
		}
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("line %d: error %q does not contain %q", x.Line, err, text)
	}
}

func show(r *run.Result) string {
	var b strings.Builder
	for i, row := range r.Rows {
		if i == 30 {
			fmt.Fprintf(&b, "  … %d more\n", len(r.Rows)-i)
			break
		}
		j, err := json.Marshal(cellMap(row))
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "  %s\n", j)
	}
	return b.String()
}

func cellMap(row []run.Field) map[string]string {
	m := make(map[string]string, len(row))
	for _, f := range row {
		if f.Name != "@ptr" {
			m[f.Name] = f.Value
		}
	}
	return m
}

func (x Expectation) check(c *Case, s Session, res *run.Result) error {
	switch x.Kind {
	case "events":
		args, unordered := strings.CutPrefix(x.Args, "unordered")
		want := strings.Fields(args)
		got, err := c.labels(s, res)
		if err != nil {
			return err
		}
		if unordered {
			slices.Sort(want)
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("want events %v, got %v", want, got)
		}
	case "rows", "cells":
		return x.rows(res)
	case "columns":
		var want []string
		if err := json.Unmarshal([]byte(x.Args), &want); err != nil {
			return err
		}
		if !slices.Equal(want, res.Columns) {
			return fmt.Errorf("want columns %q", want)
		}
	case "count":
		if got := fmt.Sprint(len(res.Rows)); got != x.Args {
			return fmt.Errorf("want %s rows, got %s", x.Args, got)
		}
	case "total":
		i := strings.LastIndexByte(x.Args, ' ')
		if i < 0 {
			return errors.New("total needs a column and a number")
		}
		name, want := x.Args[:i], x.Args[i+1:]
		sum := 0.0
		for _, row := range res.Rows {
			n, _ := value.ParseNumber(cellMap(row)[name])
			sum += n
		}
		if got := fmt.Sprint(sum); got != want {
			return fmt.Errorf("want %s in total, got %s", want, got)
		}
	case "stats":
		have := map[string]int64{"matched": res.Matched, "scanned": res.Scanned, "bytes": res.Bytes}
		for _, kv := range strings.Fields(x.Args) {
			k, v, _ := strings.Cut(kv, "=")
			if fmt.Sprint(have[k]) != v {
				return fmt.Errorf("want %s, got %d", kv, have[k])
			}
		}
	}
	return nil
}

func (c *Case) labels(s Session, res *run.Result) ([]string, error) {
	var out []string
	for _, row := range res.Rows {
		if len(row) == 0 || row[len(row)-1].Name != "@ptr" {
			return nil, fmt.Errorf("row without @ptr")
		}
		m, err := s.Message(row[len(row)-1].Value)
		if err != nil {
			return nil, err
		}
		label := "unknown"
		for _, g := range c.Groups {
			for _, e := range g.Events {
				if e.Message == m {
					label = e.Label
				}
			}
		}
		out = append(out, label)
	}
	return out, nil
}

func (x Expectation) rows(res *run.Result) error {
	if len(x.Body) != len(res.Rows) {
		return fmt.Errorf("want %d rows, got %d", len(x.Body), len(res.Rows))
	}
	got := make([]map[string]string, len(res.Rows))
	for i, row := range res.Rows {
		got[i] = cellMap(row)
	}
	for i, line := range x.Body {
		var want map[string]string
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			return fmt.Errorf("row %s: %w", line, err)
		}
		match := func(g map[string]string) bool {
			if x.Kind == "rows" {
				return maps.Equal(g, want)
			}
			for k, v := range want {
				if have, ok := g[k]; !ok || have != v {
					return false
				}
			}
			return true
		}
		at := i
		if x.Args == "unordered" {
			at = slices.IndexFunc(got, func(g map[string]string) bool { return g != nil && match(g) })
			if at < 0 {
				return fmt.Errorf("no row is %s", line)
			}
			got[at] = nil
			continue
		}
		if !match(got[at]) {
			return fmt.Errorf("row %d is not %s", i, line)
		}
	}
	return nil
}
