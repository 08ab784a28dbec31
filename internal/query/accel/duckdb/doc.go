// Package duckdb is the embedded accelerator: DuckDB in a child process of the same binary, so that analytics can
// neither starve nor kill what serves requests. It is the only package that needs cgo; without, Built is false, every
// query is refused with ErrNotBuilt, and the caller runs it in Go.
//
//	accel.Engine ── Request ──▶ Pool ── frame ──▶ child: a database per query, that reads the given files only
//	             ◀── cells ──       ◀── frames ──
//
// The child is this binary started again with a variable in its otherwise empty environment; main calls Child first. A
// database lives for one query: memory and threads are bounded, other files, the network and extensions are shut off, and
// the configuration is locked before the first statement. A child is started when a query needs one, does one query
// after the other and is stopped after a time without work.
//
// Promises: when a query's context or time ends, its child is killed; after a crash the next start waits, longer each
// time; frames and answers are bounded on both sides; an answer is complete, or Query returns an error. Children end
// with the parent, since their input ends.
package duckdb
