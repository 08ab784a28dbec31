// Package export answers the operations on export tasks and writes a group's
// events to a bucket.
//
//	CreateExportTask ─ bucket and its policy asked ─▶ task row PENDING, job
//	job ─ Run ─ aws-logs-write-test ─▶ RUNNING
//	          └─ for each stream: events ─ masked, one line each, gzip ─▶ PREFIX/TASK/STREAM/000000.gz, 000001.gz, …
//	                              └─ after each object: place in the row
//	          └─ no stream left ─▶ COMPLETED
//
// # Promises
//
//   - A crash repeats at most the object at hand, under the same name.
//   - One run holds a worker for about turn; a new job goes on. Memory is bounded
//     by one object (partBytes of text).
//   - One task of an account and Region runs at a time; finished ones are kept up
//     to maxTasks.
package export
