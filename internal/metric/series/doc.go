// Package series holds metric values: who a metric is, what is kept of its values per period, and every statistic that
// CloudWatch computes from that.
//
// It owns identity (identity.go), time (period.go), the summary of a period (summary.go, histogram.go), its bytes (encode.go) and the
// statistics (statistic.go, compute.go). It leaves to others where summaries are stored and which periods are asked for.
//
//	datum ── Add ──► Summary of 1 s or 60 s ── Merge, RollUp ──► Summary of any period ── Statistic.Of ──► number
//	                     │
//	                     └── MarshalBinary / UnmarshalBinary
//
// Promises: sum, count, minimum and maximum are exact as far as float64 is. The distribution, needed for percentiles and their
// kin, is exact up to MaxDistinct different values; above that values fall into logarithmic bins of at most 1 % relative error,
// which double in width whenever more than MaxDistinct bins would be needed. A distribution is lost, as at AWS, once a value is
// negative or a statistic set hides more than one value. Merging is commutative, and associative but for rounding of sums and the
// width of bins. A Summary is bounded: at most MaxDistinct pairs. It is not safe for concurrent writing.
package series
