// Package event answers PutLogEvents, GetLogEvents and FilterLogEvents, and
// keeps what delivered events change: stream statistics and stored bytes.
//
//	PutLogEvents ─ limits, rejected ranges ─ Encode(batch) ─▶ Tx.Append, same transaction as the record
//	drainer ─ Settle(tx, events) ─▶ statistics, bytes, missing streams, orphans swept
//	GetLogEvents, FilterLogEvents ─ stage: Reader.Events before the transaction
//	                              └ run: group and stream exist, tokens sealed
//
// Reading happens in the operation's stage (see Ops), not in its transaction: a
// long read of segments must not hold the one writer.
//
// # Promises
//
//   - When PutLogEvents has answered, its accepted events are durable.
//   - A request writes no row that another request for the same stream writes.
//   - The work of one FilterLogEvents is bounded in bytes; what is left comes
//     with the next token. Pages may be short or empty.
//   - The tokens of GetLogEvents are never nil; at an end the same token returns.
package event
