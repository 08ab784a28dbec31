package accel

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Dialect is how an engine writes what the generator needs. Each entry must have exactly the meaning stated at it; a,
// b and so on are SQL expressions.
type Dialect struct {
	Name string
	// Quote is a text literal, Ident a column's name.
	Quote, Ident func(string) string
	// Param is the n-th placeholder, from 1.
	Param func(n int) string
	// Files is a table of the rows of Parquet files whose columns are matched by name; a file without a column that is
	// asked for must be an error, not null.
	Files func(paths []string) string
	// Contains: text a contains text b, byte for byte; null if a is null.
	Contains func(a, b string) string
	// Matches: RE2 regular expression b matches somewhere in a, . not matching a newline; null if a is null.
	Matches func(a, b string) string
	// Differs: a and b differ, null counting as a value.
	Differs func(a, b string) string
	// Double is the number a as double precision. Number is text a, known to match NumberPattern, as the nearest double,
	// or null.
	Double, Number func(a string) string
	// Bytes is the length of text a in bytes.
	Bytes func(a string) string
	// Distinct counts the distinct values of a that are not null, exactly. CountIf counts rows.
	Distinct, CountIf func(a string) string
	// Int is the sum a as 64-bit integer.
	Int func(a string) string
	// Concat joins texts.
	Concat func(a, b string) string
	// Replace is text a with text c in the place of every b; Or is a, or b if a is null.
	Replace func(a, b, c string) string
	Or      func(a, b string) string
}

// DuckDB is the dialect of DuckDB 1.5: texts compare by bytes, regular expressions are those of the RE2 library.
var DuckDB = &Dialect{
	Name:  "duckdb",
	Quote: func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
	Ident: quoteIdent,
	Param: func(n int) string { return fmt.Sprintf("$%d", n) },
	Files: func(paths []string) string {
		quoted := make([]string, len(paths))
		for i, p := range paths {
			quoted[i] = "'" + strings.ReplaceAll(p, "'", "''") + "'"
		}
		return "read_parquet([" + strings.Join(quoted, ", ") + "], hive_partitioning = false, union_by_name = false)"
	},
	Contains: call2("contains"),
	Matches:  call2("regexp_matches"),
	Differs:  func(a, b string) string { return a + " IS DISTINCT FROM " + b },
	Double:   func(a string) string { return "CAST(" + a + " AS DOUBLE)" },
	Number:   func(a string) string { return "TRY_CAST(" + a + " AS DOUBLE)" },
	Bytes:    func(a string) string { return "strlen(" + a + ")" },
	Distinct: func(a string) string { return "count(DISTINCT " + a + ")" },
	CountIf:  func(a string) string { return "count(*) FILTER (WHERE " + a + ")" },
	Int:      func(a string) string { return "CAST(" + a + " AS BIGINT)" },
	Concat:   func(a, b string) string { return "(" + a + " || " + b + ")" },
	Replace:  func(a, b, c string) string { return "replace(" + a + ", " + b + ", " + c + ")" },
	Or:       call2("coalesce"),
}

func quoteIdent(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func call2(name string) func(a, b string) string {
	return func(a, b string) string { return name + "(" + a + ", " + b + ")" }
}

// message is the text of messages, which the store keeps with holes.
func (d *Dialect) message() string {
	sql := d.Ident(segment.MessageColumn)
	for _, h := range segment.Holes() {
		sql = d.Replace(sql, d.Quote(h.Sign), d.Or(d.Ident(h.Column), d.Quote("")))
	}
	return d.Replace(sql, d.Quote(segment.PinItself), d.Quote(segment.Pin))
}

// NumberPattern matches exactly the texts that the language reads as numbers, apart from their length.
const NumberPattern = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`
