// Package query is the root of Logs Insights: the query language, complete in Go.
//
//	syntax   text ⇄ tree           one file per command
//	value    kinds, null, coercion, order
//	fn       functions and aggregates as tables
//	plan     checks and order of execution, as data
//	block    the contract with storage engines
//	run      execution over blocks
//	qtest    the test language; testdata/*.qtest are its scripts, run by every engine
//
// A new command: syntax/<command>.go, a case in plan (Build) and in run; a new function: one entry in fn. Either needs lines
// in testdata.
package query

import "embed"

// Scripts are the conformance scripts.
//
//go:embed testdata/*.qtest testdata/*.inc
var Scripts embed.FS
