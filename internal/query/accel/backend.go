package accel

import "context"

// Request is work for an engine: statements that run one after the other over the same files.
type Request struct {
	// Files are absolute paths of the Parquet files; the engine lets the statements read no others.
	Files      []string
	Statements []Statement
}

// Statement is one SQL query. Its result columns are texts and 64-bit integers only.
type Statement struct {
	SQL string
	// Args are the values of the placeholders: string, int64 or float64.
	Args []any
}

// Cell is one cell of an engine's answer.
type Cell struct {
	Kind CellKind
	Int  int64
	Text string
}

// CellKind says which part of a Cell counts.
type CellKind uint8

// The kinds of cells.
const (
	Null CellKind = iota
	Int
	Text
)

// Backend is an engine that executes SQL over Parquet files.
type Backend interface {
	// Query calls row for each row of statement i, in order. cells is reused; its texts are not. After an error the rows
	// that were handed out are worth nothing.
	Query(ctx context.Context, req Request, row func(i int, cells []Cell) error) error
}
