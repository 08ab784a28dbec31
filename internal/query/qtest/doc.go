// Package qtest is the test language for query engines. A script loads events, runs queries and states results; any
// engine can run the same scripts through Run.
//
// A script is lines. A directive stands at the beginning of a line, its body is indented:
//
//	load cogtrail/fixture             events of a log group: label, time, message
//	  E1 2026-03-01T00:00:00Z {"eventName":"GetId"}
//	table users                       a lookup table as CSV with header
//	  sub,plan
//	range 2026-03-01T00:00:00Z 2026-03-01T00:12:00Z    the end is exclusive
//	now 2026-03-01T00:30:00Z
//	include fixture                   the lines of testdata/fixture.inc
//	clear                             forgets groups and tables
//	query                             over the first group loaded
//	  filter eventName = "GetId"
//
// A word after query names the case: numbers are the conformance list. Then come its expectations, at least one:
//
//	events E2 E1                      these events, in this order (found by @ptr)
//	events unordered E1 E2
//	rows                              JSON objects with exactly these cells but @ptr, in this order
//	rows unordered
//	cells                             like rows, but cells that are not named are not looked at
//	columns ["a","b"]                 the column list
//	count 3                           number of rows
//	total COLUMN 12                   sum of a column over all rows
//	stats matched=8 scanned=12
//	error TEXT                        the query is refused, TEXT being part of the message
//	error at 0 6 TEXT                 the same with its character range
//
// Lines that begin with # are comments.
package qtest
