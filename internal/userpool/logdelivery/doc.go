// Package logdelivery answers the operations on where a pool's logs go, and brings them there. Package threat and whoever gives
// messages up deliver by Deliver and Failed, in the transaction of what they tell.
//
//	Deliver ─ log group ─▶ event of the group, same transaction
//	        └ bucket ────▶ Waiting row; the first one begins a job, due after an interval
//	job ─ Exporter.Run ─ file decided on: its name, its last event ─▶ put ─▶ rows deleted, next job if others wait
//
// # Promises
//
//   - An event is in one file, also after a crash: a file that was begun is put again under its name with the same events.
//   - What waits of a pool is bounded. Events for which there is no room, and those that a bucket did not take within a day, are
//     dropped and counted in the server's log.
//   - Streams of Firehose are refused.
package logdelivery
