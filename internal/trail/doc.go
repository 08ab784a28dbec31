// Package trail keeps trails: what is delivered, where to, and whether it is
// switched on. It answers the trail and selector operations of CloudTrail.
//
//	trail      trails, selectors, status, tags: rows and operations (this package)
//	selector   which events a trail wants: basic and advanced selectors, compiled
//	history    LookupEvents over the account's Event history
//	deliver    records → pending batches → log files and digests in the bucket
//	digest     the digest document, its signature, the Region's signing keys
//
// # Life of a record in a trail
//
//	drain ─ deliver.Route ─▶ which trails want it; a copy for the trail's log group
//	      ─ deliver.Settle ─▶ row in "trail.pending", in the drainer's transaction
//	deliver.Run, every interval ─▶ intent row ─▶ object put ─▶ pending rows deleted,
//	                               file listed for the digest, in one transaction
//	every digest interval ─▶ digest signed, stored as intent, put, chained
//
// A record is in a file exactly once: an intent names the file before it is
// written, so a crash repeats the same put of the same bytes.
package trail
