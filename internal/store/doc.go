// Package store holds the contracts of storage: State (rows in serializable
// transactions, with the outbox of records), Blob (objects), and the typed
// tables the domain declares over them. It names no engine.
//
// # How data flows
//
//	operation ── Table[R].Get/Put/Scan ──▶ Tx ──▶ engine (sqlite, postgres, mem)
//	          └─ Tx.Append(Record) ──────▶ outbox row, same transaction
//	drainer   ── State.Take ──▶ records in commit order ──▶ tail, segments
//	          └─ Update(tx.Settle(ids) + manifest rows) ──▶ outbox rows deleted
//
// # Promises every engine keeps (package storetest proves them)
//
//   - Update is serializable. When it returns nil the change and the records
//     appended by it are on disk; when it returns an error nothing of it is,
//     except after [ErrUnknown].
//   - The function given to Update may run more than once; it must have no
//     effect outside its Tx. It sees its own writes.
//   - Take yields every committed record exactly once per opening of the
//     engine, and again after the next opening unless settled.
package store
