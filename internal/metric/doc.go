// Package metric keeps metric values and answers CloudWatch's metric operations.
//
// It owns the rows of values and the operations of the area "metric"; package
// metric/series owns what a summary is and every statistic of it. Alarms read
// through [In] and [Recent].
//
//	PutMetricData, Add, AddSummary ─▶ "metric.delta": one small row per call and period, a key nobody else writes
//	Keeper.Run ─ fold ─┬▶ "metric.bucket": summaries of 1, 60, 300 and 3600 s   (deltas deleted in the same transaction)
//	           │       └▶ "metric.change": what was added to minutes, the newest 128 batches ─▶ Recent follows
//	           └ sweep ─▶ buckets beyond their retention are deleted
//	Read, Get… ─▶ buckets + deltas of the metric
//	Recent.In ─▶ minutes it remembers (read once, then followed) + deltas of the account, for rounds of alarms
//
// # Promises
//
// Writers never touch a row that another writer or the Keeper changes, so a hot
// metric makes no request wait or conflict. A value is counted exactly once by
// every reader, whether it was folded yet or not. The deltas of one metric that a
// reader merges are those of about one second; buckets are bounded by retention,
// and a summary by series.MaxDistinct.
package metric
