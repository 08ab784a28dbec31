// Package run executes plans over blocks of events.
//
//	Source ─ blocks ─▶ workers: program (filters, computed fields) ─▶ sink (groups, heap or rows) ─ merge ─▶ table
//	                                                                                                        │ next stage
//	                                                                                       Result ◀─────────┘
//
// Each worker compiles the stage into closures of its own, so that buffers need no locks. Fields are read only when an
// expression asks for them and computed columns only when they are needed: a filter on a promoted column costs no JSON.
//
// Promises: memory is bounded by Limits, for the query and those inside it together, beyond which it fails with ErrMemory or
// ErrGroups; beside that a worker holds one block and the texts of one row (maxMade), and showing rows before the end takes a
// few times Limits.Partial at most. A sort with limit keeps limit rows only; ctx ends the run between blocks; Progress may be read at any time from any goroutine; every block is
// given back. Results do not depend on the number of workers or on the order of blocks.
package run
