// Package pools tests the user pools API as its callers see it, in this process: the real gateway over the real user pools
// and a state engine, with a clock that a test moves, a mailbox, and the records that were committed.
//
//	bed        ── requests as bytes ──▶ gateway ──▶ user pools ──▶ engine in memory, or the embedded one
//	catalogue  ── testdata/messages.tsv ──▶ every refusal of it, byte for byte, and its record
//	sequences  ── random calls beside a small model ──▶ what must hold whatever is called in whichever order
//	work       ── the same call about a known and an unknown user ──▶ the same time
package pools
