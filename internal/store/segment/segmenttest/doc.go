// Package segmenttest makes CloudTrail records as they occur in life, for
// benchmarks and tests: a few operations, users, pools, addresses and agents make
// most of the traffic, and a long tail makes the rest.
//
// A Generator is deterministic: the same seed gives the same records.
package segmenttest
