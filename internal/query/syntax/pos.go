package syntax

import (
	"fmt"
	"unicode/utf8"
)

// Limits of Parse.
const (
	// MaxLength is the largest query in characters. [CloudWatch Logs: StartQuery]
	MaxLength = 10000
	// MaxDepth bounds nesting of expressions and subqueries.
	MaxDepth = 64
)

// Pos is a half-open range of byte offsets in the query text.
type Pos struct{ Start, End int }

// Range returns the range itself; nodes embed Pos.
func (p Pos) Range() Pos { return p }

// Node is any part of a query.
type Node interface {
	// String prints the node as query text.
	String() string
	// Range is where the node stands in the parsed text.
	Range() Pos
}

// Error is a compile error. Start and End are 0-based character offsets, End exclusive.
type Error struct {
	Start, End int
	Message    string
}

func (e *Error) Error() string { return fmt.Sprintf("%s ([%d,%d])", e.Message, e.Start, e.End) }

// NewError makes an error at a byte range of text.
func NewError(text string, at Pos, message string) *Error {
	start := min(max(at.Start, 0), len(text))
	end := min(max(at.End, start), len(text))
	s := utf8.RuneCountInString(text[:start])
	return &Error{Start: s, End: s + utf8.RuneCountInString(text[start:end]), Message: message}
}
