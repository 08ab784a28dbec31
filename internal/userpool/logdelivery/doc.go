// Package logdelivery answers the operations on where a pool's logs go, and brings them there. Package threat and whoever gives
// messages up deliver by Deliver and Failed, in the transaction of what they tell.
//
//	Deliver ─ log group ──────▶ event of the group, same transaction
//	        └ bucket, stream ─▶ Waiting row; the first one begins a job, due after an interval
//	job ─ Exporter.Run ─ file or request decided on: its name, its last event ─▶ put or sent ─▶ rows deleted, next job if others wait
//
// # Promises
//
//   - An event is in one file, also after a crash: a file that was begun is put again under its name with the same events.
//   - A stream of Firehose gets an event at least once, in a request that keeps its id and its events when it is sent again.
//   - What waits of a pool is bounded. Events for which there is no room, and those that a bucket or a stream did not take within a day
//     or refused for good, are dropped and counted in the server's log.
package logdelivery
