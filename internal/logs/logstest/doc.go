// Package logstest gives the tests of the logs packages a call, tokens and a log
// store in memory.
//
//	World ─ Call(operation) ─▶ op.Call over a mem State ─ record of the call
//	      ─ Drain() ────────▶ outbox batches become events, settlers run
package logstest
