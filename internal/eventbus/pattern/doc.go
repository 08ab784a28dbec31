// Package pattern matches events against EventBridge's event patterns.
//
// It owns the grammar (parse.go), the comparisons (matcher.go) and how they apply to an event (match.go). It leaves to others where events
// and patterns come from.
//
//	text ── Parse ──► Pattern ── Match(event, decoded with UseNumber) ──► bool
//
// Promises: a Pattern is immutable and safe for concurrent use. Text is bounded by MaxLength, nesting by maxDepth, and alternatives by
// maxAlternatives, so that matching takes time in proportion to the event. Match changes nothing and does not fail.
package pattern
