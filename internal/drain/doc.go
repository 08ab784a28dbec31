// Package drain follows the outbox: the one consumer of what transactions leave
// behind.
//
// # How data flows
//
//	State.Take ─▶ AuditRecord: the account's next sequence number, a history row,
//	          │                Router: rows of log groups
//	          └─▶ LogEvents:   rows of a log group
//	rows ─▶ segment.Store.Append: visible to queries at once
//	SealRows or SealEvery ─▶ segment.Store.Seal ─▶ ONE State.Update:
//	          manifest, outbox rows settled, sequence counters and ledger, Settlers
//	       ─▶ segment.Store.Publish: tail rows become the segment
//
// Taking and sealing run side by side, so that records stay visible within
// milliseconds while a segment is written.
//
// # Promises
//
//   - Every committed audit record gets one number; an account's numbers have
//     no gap and follow the order in which records were taken. From the settling
//     transaction on a missing number is a proven loss.
//   - A crash at any point repeats only work that nothing refers to: numbers,
//     rows and the effects of Settlers become real in one transaction, together
//     with the removal of their outbox rows.
//   - A full tail stops taking; the outbox grows, nothing is dropped.
//   - A failing engine, Router or Settler stops the drainer, which tries again
//     with growing waits and logs the failure once. An outbox record that cannot be
//     read is kept in the table drain.rejected and logged.
//
// There is one Drainer to a State.
package drain
