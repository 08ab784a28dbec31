// Package condition owns the Condition element of policies: its operators and the request context they look at.
//
// One table, in ops.go, has an entry for every operator: how a value of the policy is read once, and how it is compared with a
// value of the request. A new operator is one entry there and its rows in the test.
//
//	policy text → Parse → Clause ─┐
//	request     → Context ────────┴→ Clause.Holds
//
// The rules around the operators (several values, absent keys, IfExists, ForAllValues, ForAnyValue) are in clause.go, once for all
// operators. Nothing here fails: a value that cannot be read equals nothing, so a positive operator is false and a negated one
// true.
package condition
