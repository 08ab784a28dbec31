// Package mask hides sensitive data in log events from whoever may not see it, as
// data protection policies say.
//
//	text ── Parse ──▶ Policy: identifiers, each a scanner (email.go, address.go, …) or a regular expression
//	Masker.For(tx, group) ─ policies of account and group, compiled once per text ─▶ *Rules
//	Rules.Apply(message) ──▶ the message with asterisks for what was found
//
// Events are kept as they were put. Whoever hands a message out applies the rules
// first; Unmask decides whether a caller may have it clear.
//
// # Promises
//
//   - A Policy and Rules are immutable and safe for concurrent use.
//   - Apply never changes its argument and never fails; the result has as many
//     characters as the message.
//   - Identifiers that cannot be told by their form (names, addresses of people)
//     are refused by Parse, never ignored.
package mask
