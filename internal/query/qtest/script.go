package qtest

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/query"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Event is one loaded log event.
type Event struct {
	Label   string
	Time    time.Time
	Message string
}

// Group is one log group.
type Group struct {
	Name   string
	Events []Event
}

// Account and Stream are where all loaded events are; @log is Account:Group.
const (
	Account = "111122223333"
	Stream  = "111122223333_CloudTrail_us-east-1"
)

// Case is one query with everything it sees.
type Case struct {
	Line int
	// Label names the case, empty for most; the numbered ones are the conformance list.
	Label  string
	Text   string
	Groups []Group
	Tables map[string]*run.Table
	Start  time.Time
	End    time.Time
	Now    time.Time
	Expect []Expectation
}

// Expectation is one directive after a query.
type Expectation struct {
	Line int
	Kind string // events, rows, cells, columns, count, total, stats, error
	Args string
	Body []string
}

// Parse reads a script.
func Parse(text string) ([]*Case, error) {
	p := &scriptParser{tables: map[string]*run.Table{}}
	if err := p.read(text); err != nil {
		return nil, err
	}
	for _, c := range p.cases {
		if len(c.Expect) == 0 {
			return nil, fmt.Errorf("line %d: query without expectation", c.Line)
		}
	}
	return p.cases, nil
}

func (p *scriptParser) read(text string) error {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); {
		line, at := lines[i], i+1
		i++
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			return fmt.Errorf("line %d: indented line without directive", at)
		}
		var body []string
		for i < len(lines) && (strings.HasPrefix(lines[i], "  ") || strings.HasPrefix(lines[i], "\t")) {
			body = append(body, strings.TrimPrefix(lines[i], "  "))
			i++
		}
		word, args, _ := strings.Cut(line, " ")
		if err := p.directive(at, word, strings.TrimSpace(args), body); err != nil {
			return fmt.Errorf("line %d: %w", at, err)
		}
	}
	return nil
}

type scriptParser struct {
	cases           []*Case
	groups          []Group
	tables          map[string]*run.Table
	start, end, now time.Time
}

func (p *scriptParser) directive(line int, word, args string, body []string) error {
	switch word {
	case "include":
		text, err := fs.ReadFile(query.Scripts, "testdata/"+args+".inc")
		if err != nil {
			return fmt.Errorf("include: %w", err)
		}
		return p.read(string(text))
	case "clear":
		p.groups, p.tables = nil, map[string]*run.Table{}
	case "load":
		return p.load(args, body)
	case "table":
		t, err := readTable(strings.Join(body, "\n"))
		if err != nil {
			return err
		}
		tables := map[string]*run.Table{args: t}
		for n, old := range p.tables {
			if n != args {
				tables[n] = old
			}
		}
		p.tables = tables
	case "range":
		from, to, _ := strings.Cut(args, " ")
		var err error
		if p.start, err = time.Parse(time.RFC3339, from); err != nil {
			return err
		}
		if p.end, err = time.Parse(time.RFC3339, to); err != nil {
			return err
		}
		p.now = p.end
	case "now":
		var err error
		p.now, err = time.Parse(time.RFC3339, args)
		return err
	case "query":
		p.cases = append(p.cases, &Case{Line: line, Label: args, Text: strings.Join(body, "\n"), Groups: p.groups, Tables: p.tables,
			Start: p.start, End: p.end, Now: p.now})
	case "events", "rows", "cells", "columns", "count", "total", "stats", "error":
		if len(p.cases) == 0 {
			return fmt.Errorf("%s before any query", word)
		}
		c := p.cases[len(p.cases)-1]
		c.Expect = append(c.Expect, Expectation{Line: line, Kind: word, Args: args, Body: body})
	default:
		return fmt.Errorf("unknown directive %s", word)
	}
	return nil
}

func (p *scriptParser) load(name string, body []string) error {
	g := Group{Name: name}
	for _, line := range body {
		label, rest, _ := strings.Cut(line, " ")
		when, message, ok := strings.Cut(rest, " ")
		if !ok {
			return fmt.Errorf("event %q needs label, time and message", line)
		}
		t, err := time.Parse(time.RFC3339, when)
		if err != nil {
			return err
		}
		g.Events = append(g.Events, Event{label, t, message})
	}
	p.groups = append(p.groups[:len(p.groups):len(p.groups)], g)
	return nil
}

func readTable(text string) (*run.Table, error) {
	recs, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(recs) == 0 {
		return nil, fmt.Errorf("table: %w", err)
	}
	t := &run.Table{Names: recs[0]}
	for _, rec := range recs[1:] {
		row := make([]value.Value, len(rec))
		for i, s := range rec {
			row[i] = value.OfString(s)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
