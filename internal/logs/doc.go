// Package logs owns the words of CloudWatch Logs: groups, streams, metric
// filters and queries as rows, their names, and the sentences of its refusals.
// The operations are in the packages below it:
//
//	group        groups, streams, retention, tags
//	event        PutLogEvents, GetLogEvents, FilterLogEvents; what delivered rows do to streams
//	metricfilter metric filters and the values they emit
//	insight      Logs Insights queries
//	subscription subscription filters, destinations, and their delivery
//	livetail     StartLiveTail
//	export       export tasks
//	mask         hiding sensitive data from whoever may not see it
//	protection   the policies that say what is hidden
//	resourcepolicy policies that let services and other accounts write
//	pattern      the language of filter patterns
//
// # How data flows
//
//	PutLogEvents ─ Append(batch) ─▶ outbox ─▶ drainer ─▶ log store
//	CloudTrail   ─ record ────────▶ outbox ─▶ drainer ─┘    │
//	                                            │           └─▶ GetLogEvents, FilterLogEvents, StartQuery
//	                                            └─ Settle(tx, rows) ─▶ stream statistics, stored bytes, metric values
//
// # Promises
//
//   - Every key begins with account and Region: no name can reach another's rows.
//   - A group has an id that is never used again. Streams hang on the id, so a
//     group made again under an old name starts empty however many streams the
//     old one had; what is left of the old one is removed later, in pieces.
//   - The row of a group or stream is never written by PutLogEvents: statistics
//     are kept by the drainer, so that no row is hot.
package logs
