// Package ptest reads the conformance cases of filter patterns: what each example
// of AWS's documentation, and each guess where it is silent, matches.
//
//	testdata/*.ptest ── All ──▶ Case: pattern, events, what is wanted of them
//
// The form of the files stands at the top of terms.ptest. The tests of
// internal/logs/pattern run the cases, internal/gen counts them.
package ptest

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed testdata/*.ptest
var files embed.FS

// Case is one pattern with what it does to events.
type Case struct {
	// File is the section, without its ending; Line where the pattern stands.
	File    string
	Line    int
	Pattern string
	// Guess says that AWS documents it only in part or not at all.
	Guess   bool
	Events  []Event
	Refused string // the message, if the pattern is no pattern
}

// Event is a message and what a pattern does to it.
type Event struct {
	Text  string
	Match bool
	// Values are what is extracted; nil if the case does not say.
	Values map[string]string
}

// All reads all cases, by file.
func All() ([]Case, error) {
	names, err := fs.Glob(files, "testdata/*.ptest")
	if err != nil {
		return nil, fmt.Errorf("find cases: %w", err)
	}
	var out []Case
	for _, name := range names {
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		section := strings.TrimSuffix(path.Base(name), ".ptest")
		cases, err := Parse(section, string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
		out = append(out, cases...)
	}
	return out, nil
}

// Parse reads the cases of one file.
func Parse(section, text string) ([]Case, error) {
	var out []Case
	events := make(map[string]string)
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		fault := func(what string) error { return fmt.Errorf("%d: %s", i+1, what) }
		if n := len(rest); n > 1 && rest[0] == '`' && rest[n-1] == '`' {
			rest = rest[1 : n-1]
		}
		switch word {
		case "event":
			name, text, _ := strings.Cut(rest, " ")
			events[name] = text
			continue
		case "pattern":
			out = append(out, Case{File: section, Line: i + 1, Pattern: rest})
			continue
		}
		if len(out) == 0 {
			return nil, fault("no pattern yet")
		}
		c := &out[len(out)-1]
		switch word {
		case "guess":
			c.Guess = true
		case "yes", "no":
			if name, ok := strings.CutPrefix(rest, "@"); ok {
				if rest, ok = events[name]; !ok {
					return nil, fault("no event " + name)
				}
			}
			c.Events = append(c.Events, Event{Text: rest, Match: word == "yes"})
		case "values":
			if len(c.Events) == 0 {
				return nil, fault("values of no event")
			}
			if err := json.Unmarshal([]byte(rest), &c.Events[len(c.Events)-1].Values); err != nil {
				return nil, fault("values are no object of texts")
			}
		case "refused":
			c.Refused = rest
		default:
			return nil, fault("unknown word " + word)
		}
	}
	for _, c := range out {
		if (c.Refused == "") == (len(c.Events) == 0) {
			return nil, fmt.Errorf("%d: a case wants events or a refusal", c.Line)
		}
	}
	return out, nil
}
