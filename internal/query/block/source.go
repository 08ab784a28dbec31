package block

import (
	"context"
	"errors"
	"time"
)

// ErrStop is returned by yield when the query needs no more blocks. Scan must then stop and return nil or ErrStop.
var ErrStop = errors.New("scan stopped by the query")

// Op is the operator of a pushed-down predicate.
type Op uint8

const (
	// Eq: the text of the column equals Values[0], byte for byte; absent does not.
	Eq Op = iota
	// Ne: the column is absent or its text differs from Values[0].
	Ne
	// In: the text of the column is one of Values.
	In
	// Exists: the column is present.
	Exists
	// Contains: the text of the column contains each of Values.
	Contains
)

// Predicate is a condition that every row of interest fulfils. Only comparisons whose exact meaning is equality of
// bytes are pushed down (no numeric literals).
type Predicate struct {
	Column string
	Op     Op
	Values []string
}

// ScanRequest is what a query needs. All predicates hold together (and). Everything but Start, End is a hint.
type ScanRequest struct {
	// Start is the first instant of interest, End the first instant after it (StartQuery's inclusive end second plus
	// one second). Both have millisecond precision.
	Start, End time.Time
	// Fields are the columns the query will read, @timestamp always among them. A path for which the Source holds no
	// column is read from @message, which is then to be supplied too (Load is asked for it).
	Fields []string
	// Equal are conditions that let an engine skip rows, pages or whole segments. An
	// engine reports what it skipped through Skipped.
	Equal []Predicate
	// NewestFirst says that the query keeps the newest rows, so that delivering blocks in descending time saves work.
	NewestFirst bool
	// Limit, if positive, is the number of rows after which the query stops the scan.
	Limit int
	// Skipped, if not nil, must be told of events in the range that are not yielded because no predicate can hold for
	// them; it may be called concurrently.
	Skipped func(rows, bytes int64)
}

// Source is a set of log events that one query may see: an engine bound to an account, groups and permissions.
type Source interface {
	// Scan yields every event with Start <= @timestamp < End that may fulfil req.Equal, in any order. yield may be called
	// from several goroutines at once; it blocks while the query is busy. Scan returns after the last yield returned. It
	// must return promptly with ctx's error when ctx ends, and must pass on yield's error.
	Scan(ctx context.Context, req ScanRequest, yield func(*Block) error) error
}
