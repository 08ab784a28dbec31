package plan

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// scope is what names mean at a place of the query.
type scope struct {
	// events: rows are events, unknown names are fields of the event.
	events bool
	// names are aliases and columns.
	names map[string]bool
	// prefixes are sides of a join: any name below them is known.
	prefixes []string
	// projected are plain fields shown by an earlier fields command.
	projected map[string]bool
	// lists are aliases of split() results, which unnest refuses.
	lists map[string]bool

	shown    []string // visible columns
	explicit bool     // fields or display chose the columns
}

func newScope() *scope {
	return &scope{events: true, names: map[string]bool{}, projected: map[string]bool{}, lists: map[string]bool{}}
}

// table makes the scope after a command that produced exactly these columns.
func table(columns []string) *scope {
	s := newScope()
	s.events, s.explicit = false, true
	for _, c := range columns {
		s.names[c] = true
		s.show(c)
	}
	return s
}

func (s *scope) define(name string) { s.names[name] = true }

// create defines names that are shown too.
func (s *scope) create(names ...string) {
	for _, n := range names {
		s.define(n)
		s.show(n)
	}
}

func (s *scope) show(name string) {
	if !slices.Contains(s.shown, name) {
		s.shown = append(s.shown, name)
	}
}

func (s *scope) prefix(p ...string) { s.prefixes = append(s.prefixes, p...) }

func (s *scope) addFields(items []*syntax.Item) {
	if !s.explicit {
		// What parse made before the first fields command is shown only if named (inferred).
		s.shown, s.explicit = nil, true
	}
	for _, it := range items {
		s.show(it.Name())
		if _, plain := it.X.(*syntax.Field); plain && it.Alias == nil {
			s.projected[it.Name()] = true
		}
	}
}

func (s *scope) setDisplay(items []*syntax.Item) {
	s.shown, s.explicit = nil, true
	for _, it := range items {
		s.show(it.Name())
	}
}

// columns are the visible columns; events without choice show @timestamp and @message and whatever commands made.
func (s *scope) columns() []string {
	if s.explicit {
		return slices.Clone(s.shown)
	}
	out := []string{block.Timestamp, block.Message}
	for _, n := range s.shown {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// known reports whether the path is an alias or column, or a path into one.
func (s *scope) known(segments []string) bool {
	for n := len(segments); n > 0; n-- {
		if s.names[strings.Join(segments[:n], ".")] {
			return true
		}
	}
	return len(segments) > 1 && slices.Contains(s.prefixes, segments[0])
}

// useName notes an event field that is read under its plain name.
func (s *scope) useName(name string, fields map[string]bool) {
	if s.events && !s.known(strings.Split(name, ".")) {
		fields[name] = true
	}
}
