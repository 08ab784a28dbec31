// Package sets is the ready sets of alarms on CloudTrail records: metric filters and the alarms on them.
//
// It owns the catalogue alone: cloudtrail.go are the examples of CloudTrail's user guide, cis.go the CIS AWS Foundations Benchmark,
// cognito.go what concerns user and identity pools. It leaves to others how they are installed, over the public API.
//
//	All ──► Set ──► Alarm: filter name, pattern, metric, threshold, alarm name
//
// Promises: names are unique over all sets. Every pattern is accepted by PutMetricFilter, fires on the record it is about and not on that
// of a neighbour; a test has both for each.
package sets
