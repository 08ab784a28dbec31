// Package backfill takes CloudTrail records of any age into a log group, which PutLogEvents does not.
//
//	POST /_cogtrail/import ─ Import: parse, leave out what the group has ─▶ one transaction: streams, records of the
//	call, batches in the outbox ─▶ drainer ─▶ log store, like every other event
//
// # Promises
//
//   - An answered import is durable. A record whose eventID the group has already is left out, so that an import may be
//     repeated, in whole or in part, without end. One import runs at a time in a process, so two cannot miss each other.
//   - Records that the group's retention hides are left out and counted.
//   - A batch has at most MaxRecords records and MaxBytes bytes.
package backfill
