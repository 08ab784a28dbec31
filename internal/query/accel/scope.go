package accel

import (
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Names of columns of a segment file, as package segment documents them at Files.
const (
	colAccount = "_account"
	colRegion  = "_region"
	colGroup   = "_group"
	colOrd     = "_ord"
	colSize    = "_size"
)

// boolField is the promoted field whose texts 1 and 0 are JSON booleans.
const boolField = "readOnly"

// Scope is what a query may see. It comes from the caller and the store, never from the query.
type Scope struct {
	Account, Region string
	// From is the first visible millisecond of each group, To the first after the range.
	From map[string]int64
	To   int64
	// Hidden are marks whose rows are invisible.
	Hidden []segment.Mark
	// Inexact are promoted fields that must not be used, "*" for all.
	Inexact []string
	Files   []string
}

// ScopeOf makes the scope of files that package segment chose for an account and Region.
func ScopeOf(account, region string, f *segment.Files) Scope {
	s := Scope{Account: account, Region: region, From: f.From, To: f.To, Hidden: f.Hidden, Inexact: f.Inexact,
		Files: slices.Clone(f.Sealed)}
	if f.Tail != "" {
		s.Files = append(s.Files, f.Tail)
	}
	return s
}

var promoted = segment.Promoted()

// exact tells whether a promoted field may be read from its column.
func (s *Scope) exact(name string) bool {
	return slices.Contains(promoted, name) && !slices.Contains(s.Inexact, name) && !slices.Contains(s.Inexact, "*")
}

// predicate is the condition that confines a statement to the scope. It stands in every statement.
func (s *Scope) predicate(w *writer) string {
	d := w.d
	id := d.Ident
	parts := []string{
		id(colAccount) + " = " + w.arg(s.Account),
		id(colRegion) + " = " + w.arg(s.Region),
		id(block.Timestamp) + " < " + w.arg(s.To),
	}
	// Groups with the same beginning share a term: there are few beginnings.
	byFrom := make(map[int64][]string)
	for g, from := range s.From {
		byFrom[from] = append(byFrom[from], g)
	}
	terms := []string{}
	for _, from := range slices.Sorted(maps.Keys(byFrom)) {
		if len(terms) == 0 { // the earliest, as a bound by which files are skipped
			parts = append(parts, id(block.Timestamp)+" >= "+w.arg(from))
		}
		groups := byFrom[from]
		slices.Sort(groups)
		holders := make([]string, len(groups))
		for i, g := range groups {
			holders[i] = w.arg(g)
		}
		terms = append(terms, id(colGroup)+" IN ("+strings.Join(holders, ", ")+") AND "+id(block.Timestamp)+" >= "+w.arg(from))
	}
	switch len(terms) {
	case 0:
		parts = append(parts, "1 = 0")
	default:
		parts = append(parts, "("+strings.Join(terms, " OR ")+")")
	}
	for _, m := range s.Hidden {
		p := id(colGroup) + " = " + w.arg(m.Group) + " AND " + id(block.IngestionTime) + " <= " + w.arg(m.Deleted)
		if m.Stream != "" {
			p += " AND " + id(block.LogStream) + " = " + w.arg(m.Stream)
		}
		parts = append(parts, "NOT ("+p+")")
	}
	return strings.Join(parts, " AND ")
}

// writer collects the arguments of one statement.
type writer struct {
	d    *Dialect
	args []any
}

// arg binds a value and returns its placeholder.
func (w *writer) arg(v any) string {
	w.args = append(w.args, v)
	return w.d.Param(len(w.args))
}
