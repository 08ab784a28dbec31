// Package pattern implements the filter patterns of CloudWatch Logs: what metric filters, subscription filters,
// FilterLogEvents, Live Tail and TestMetricFilter take to choose log events.
//
// It owns the syntax, the matching and the extraction of values. It leaves to others where events come from, what becomes
// of a match, and the naming of errors on the wire.
//
//	text ── Parse ──► Pattern ── Match(event) ──► bool
//	                     │ ────── Extract(event) ► values as TestMetricFilter shows them
//	                     └─ Selector("$.x") ── Value(event) ► text or number of one field
//
// The first non-blank character tells the four forms apart: "{" JSON (json.go, jsonmatch.go, scan.go), "[" space-delimited
// (delimited.go, fields.go), "%" a regular expression (regex.go), everything else words and phrases (terms.go).
//
// Promises: a Pattern is immutable and safe for concurrent use. Match allocates nothing for events whose values carry no
// JSON escapes and which have no more than 64 fields. All matching takes time linear in the event for a given pattern;
// regular expressions are those of package regexp, hence without backtracking. A pattern is at most MaxLength characters.
// Events are untrusted: no input makes Match fail or panic, it answers false.
package pattern
