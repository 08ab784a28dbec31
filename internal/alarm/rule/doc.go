// Package rule is the rule of a composite alarm: text in, true or false out.
//
// It owns the grammar (parse.go) and the evaluation over the states of children (eval.go). It leaves to others what alarms exist and which
// states they are in.
//
//	text ── Parse ──► Rule ── Children ──► names or ARNs, each once
//	                    └─── Holds(state of a child) ──► bool
//
// Promises: text is bounded by MaxLength, nesting by maxDepth, children by MaxChildren and elements by maxElements. Holds is a pure
// function and asks for every child whose state it needs.
package rule
