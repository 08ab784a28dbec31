// Package syntax reads Logs Insights queries into a tree and prints trees back.
//
//	text ──▶ lexer ──▶ parser ──▶ *Query{Commands} ──▶ String() ──▶ the same tree again
//
// One file per command holds its node, its parser and its printer; expr.go holds expressions. Every node knows its byte
// range in the text (Pos) and prints itself so that parsing the print gives an equal print. The package knows words and
// shapes only: whether a field exists or a function takes two arguments is decided by package plan.
//
// Promises: Parse never panics, whatever the input; nesting deeper than MaxDepth and texts longer than MaxLength are
// errors; every failure is an *Error with character offsets and a text in AWS's style.
package syntax
