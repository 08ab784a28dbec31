// Package insight answers the operations of Logs Insights and runs its queries.
//
//	StartQuery ─ compile, choose groups, quota ─▶ row Scheduled, same transaction as the record
//	Run ─ claims the oldest rows ─▶ Running ─ Engine.Run over the account's events ─▶ result chunks ─▶ Complete
//	    └ watches its rows: StopQuery writes Cancelled, the watcher ends the run
//	GetQueryResults ─ stage: row and chunks ─▶ page
//
// # Promises
//
//   - A query's text is checked by StartQuery; GetQueryResults never refuses it.
//   - A query names groups of its own account and Region only, whatever its SOURCE says.
//   - Rows are the truth: what is Running in a row whose process is gone becomes Failed.
//   - Bounded: queries at once per account and per process, time, memory, result
//     bytes, results kept (newest KeepQueries per account and Region, for seven days).
package insight
