// Package schedule runs Logs Insights queries by the clock.
//
//	CreateScheduledQuery ─▶ row, and a job due at the next instant of its expression
//	job ─ Run ─▶ ONE transaction: the query is started as its role, a row of history, the job of the next instant
//	         └─ with a destination: job ─ Deliver ─ waits for the query's end ─▶ Buckets.Put ─▶ how it went, in the row of history
//	GetScheduledQueryHistory ─ rows, with the state that package insight has of each query
//
// # Promises
//
//   - An instant is triggered once: the job's instant must be the one that the row waits for, and both move on together.
//   - What a server missed while it stood still is triggered once, not for every instant that went by.
//   - A role that may not read the groups any more, or a text that does not compile any more, is a failure in the history.
//   - A result comes to the bucket under a key that its run determines: when it is put again after a crash, it is the same object.
//     What a bucket or a role refuses is not tried again; whatever else fails is, and then is a failure in the history.
//   - History and results are kept for seven days.
package schedule
