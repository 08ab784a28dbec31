// Package metricfilter answers the operations on metric filters and turns
// delivered log events into metric values.
//
//	PutMetricFilter ─ pattern, selectors checked ─▶ logs.Filters row
//	drainer ─ Settle(tx, events) ─ filters of each group, compiled once per text
//	        └─ one summary per metric, dimensions and minute ─▶ Emit(tx, …)
//	        └─ minutes without a match ─▶ logs.defaults rows ─ Run ─▶ default value
//
// # Promises
//
//   - Filters act on events as they are delivered, never on older ones.
//   - An event counts exactly once: values are emitted in the transaction that
//     settles it.
//   - A batch writes one summary per stream of values and minute, however many
//     events match; a filter emits at most maxSeries of them per batch.
//   - A default value is emitted once for a minute whose events did not match,
//     after the minute is over.
package metricfilter
