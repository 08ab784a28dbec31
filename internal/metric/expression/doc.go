// Package expression is CloudWatch's metric math: text in, time series out.
//
// It owns the grammar (lex.go, parse.go), the types of operands (check.go), the functions (functions.go and the files they name), search
// expressions (search.go) and the dynamic parts of labels (label.go). It leaves to others where the values of metrics come from.
//
//	text ── Parse ──► *Expression ── Type(types of other ids) ──► Scalar, Series or Array, or an error before anything is read
//	                      │
//	                      └── Eval(Env: series of ids, range) ──► Value
//
// Promises: text is bounded by MaxLength, nesting by maxDepth, and the points that one Env may make by its Budget, so that no
// expression takes unbounded memory or time. An expression that Type accepts fails in Eval only for the Budget or for what Env
// answers. Parse, Type and Eval change nothing they are given. Values that are no finite number are dropped, as a division by zero is.
package expression
