// Package overlay is what every engine of store.State shares: an ordered map
// with cheap snapshots, and a transaction that buffers its writes over a base
// of committed rows.
//
// # How data flows
//
//	fn(store.Tx) ── Get, Scan ──▶ own writes, else Base (the engine's committed rows)
//	             ── Put, Delete ─▶ own writes only
//	engine at commit ◀── Tx.Writes, Tx.Records, Tx.Settled
//
// # Promises
//
//   - Nothing reaches the engine before it asks for the writes.
//   - A scan sees the own writes as they were when it began, merged with the
//     base in key order.
//   - The limits of package store are enforced here, the same for every engine.
package overlay
