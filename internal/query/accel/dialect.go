package accel

import "strings"

// Dialect is how an engine writes what the generator needs. Every entry must have exactly the meaning stated at it.
type Dialect struct {
	Name string
	// Name quotes a column, String a text literal.
	Quote func(string) string
}

// DuckDB is the dialect of DuckDB 1.5.
var DuckDB = &Dialect{Name: "duckdb", Quote: func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }}
