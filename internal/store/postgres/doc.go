// Package postgres keeps State in a PostgreSQL database, in the first schema of
// the search path. Many processes may share it.
//
// # How data flows
//
//	Update: fn runs over a SERIALIZABLE transaction that begins with its first
//	        read; writes are buffered and sent at the end, one statement per space
//	        lost (SQLSTATE 40001, 40P01) ─▶ fn runs again
//	View:   a REPEATABLE READ, READ ONLY transaction: one snapshot
//	Take:   UPDATE … FOR UPDATE SKIP LOCKED marks rows with the token of this
//	        opening; one process at a time, by a session's advisory lock
//	Wake:   after own commits, and every second for those of others
//
// # Tables
//
// Each space is a table (k bytea primary key, v bytea); v is JSON text for the
// tables of the domain, readable in psql by convert_from(v,'UTF8')::jsonb. The
// outbox is a table with a bigserial id. A space's table is made when the space
// is first used, for reading or writing, outside the transaction.
//
// # Promises
//
//   - A record is never missed: rows that commit after rows with higher ids are
//     found because they are not marked, there is no cursor over ids.
//   - What a former opening took and did not settle is not marked with the
//     token of this one, so it comes again.
//   - An error of fn is returned only when its reads were serializable: the
//     reading transaction is committed, and if that fails fn runs again.
//   - When the connection breaks in COMMIT the error is store.ErrUnknown. The
//     caller's context does not interrupt a COMMIT.
//   - Connections, and callers that wait for one, are bounded (store.ErrBusy).
//
// NOTIFY is not used: its lock would make all commits wait for each other.
package postgres
