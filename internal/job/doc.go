// Package job runs work that must follow a change: mails, webhooks, alarm
// actions. A job is enqueued in the transaction of the change, so it runs if and
// only if the change committed.
//
//	operation ─ Enqueue(tx, kind, payload) ─▶ row in "jobs", due at once
//	Runner ─ claims due rows (due moves on by the lease, attempt counts up)
//	       ─ Handler(ctx, job) ─▶ nil: row deleted
//	                            └▶ error: due later, with growing waits;
//	                               after MaxAttempts, a Final error or the job's
//	                               expiry, the row goes to "jobs.dead" and the
//	                               kind's Follower writes to the same transaction
//
// # Promises
//
// A job runs at least once; a crash between its effect and its deletion repeats
// it after the lease. A handler that must not repeat an effect uses Job.ID as
// its idempotency key. A kind takes a part of the places only, so that a far
// side that hangs delays no other kind; within a kind a lane (a pool, say) takes
// a share, and a free place goes to the lane with least at work. What finds no
// place waits in the table, until it expires. Nothing is dropped silently: the newest 10,000 dead jobs
// stay, counted, with their last error.
package job
