package plan

import (
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Limits of a query. [CloudWatch Logs: quotas]
const (
	DefaultLimit = 10_000
	MaxLimit     = 100_000
	MaxStats     = 10
)

// Plan is a checked query in execution order.
type Plan struct {
	Query *syntax.Query
	// Source is the SOURCE command, or nil; choosing groups is up to the caller.
	Source *syntax.Source
	Stages []Stage
	// Columns are the columns of the result in order; @ptr is not among them.
	Columns []string
	// Events says that the result rows are events and carry @ptr.
	Events bool
	// Fields are the event fields that are read, sorted, always with @timestamp.
	Fields []string
	// Equal are conditions that every event in the result fulfils.
	Equal []block.Predicate
	// Limited says that the query itself has a limit; the caller's limit is then not used.
	Limited bool
	// Estimate says that nothing is to be run but the estimate of bytes.
	Estimate bool
	// Compare is the logcompare command, or nil.
	Compare *syntax.LogCompare
}

// Stage is one step. Rows is executed in order for each row; a Display or Fields in it only defines names. Then exactly
// one of the following holds:
//
//   - Stats is set: rows are aggregated, in the order of the group keys.
//   - Whole is set: rows are sorted by Sort, deduplicated, limited, and given to the command as a table.
//   - neither: rows are sorted, deduplicated and limited, and are the result.
type Stage struct {
	Rows []syntax.Command
	// Sort holds the keys; without keys, events are newest first and table rows keep their order. Ties likewise.
	Sort  []*syntax.Key
	Dedup []*syntax.Field
	// Limit is the number of rows kept, or -1 for all.
	Limit int
	// Any allows to stop the scan when Limit rows are found.
	Any   bool
	Stats *syntax.Stats
	Whole syntax.Command
	// Columns are the names of the columns that the stage hands on, the visible ones first (Visible of them). For Stats
	// they are the By items and then the Aggs.
	Columns []string
	Visible int
	// Events says that the rows handed on are still events; a name that is no column is then null, else an error.
	Events bool
}

// Streams reports whether c works on each row by itself.
func Streams(c syntax.Command) bool {
	switch c.(type) {
	case *syntax.Fields, *syntax.Display, *syntax.Filter, *syntax.FilterIndex, *syntax.Extract, *syntax.Unnest,
		*syntax.Expand, *syntax.Lookup, *syntax.CidrLookup, *syntax.Join, *syntax.Unmask:
		return true
	}
	return false
}
