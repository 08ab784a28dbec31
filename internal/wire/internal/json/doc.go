// Package json reads and writes JSON by shape.
//
// Decode walks text and shape together in one pass. It is strict about syntax
// (RFC 8259), about UTF-8 (refused if invalid; a lone surrogate escape becomes
// U+FFFD, as it has no UTF-8 form) and about depth (64). Of duplicate keys the
// last wins. Unknown members and nulls are skipped, but their syntax is checked.
// Documents are kept as they came.
//
// Append writes a tree into a caller's buffer, members in the model's order.
package json
