// Package fn is the library of scalar functions and aggregates as tables.
//
// A function is one entry of a group file (numeric.go, text.go, datetime.go, ...): name, aliases, argument kinds, result
// kind and body. Package plan checks calls against the entry, package run evaluates the body; neither knows any function
// by name, except bin, whose time is always @timestamp. Names are case-insensitive.
//
//	Lookup("trim") ─▶ *Func{Args, Min, Result, Eval | Prepare}      Aggregate("pct") ─▶ *Agg{Args, New}
//
// Null rule: unless a function is marked Nulls, a null, and for Text, Num and Time arguments a value without that view,
// makes the result null before the body is asked.
//
// Promises: bodies are pure, safe for concurrent use, and bounded in time and memory by their arguments; an aggregate's
// State is used by one goroutine and merged afterwards; its memory is bounded as stated at its constructor.
package fn
