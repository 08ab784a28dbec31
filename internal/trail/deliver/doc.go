// Package deliver brings records to where trails want them: log files and
// digests in buckets, copies in log groups.
//
//	drain ─ Route(record) ─▶ copies for log groups of the trails that want it
//	      ─ Settle(tx, records) ─▶ rows in trail.pending, same transaction as the segment
//	Run, each interval ─▶ deliverFile: intent → put → settled
//	Run, each digest interval ─▶ deliverDigest: intent → put → chained
//
// # Why intents
//
// A put to a bucket and a row in State cannot commit together. So the row comes
// first: it fixes the object's name and which records belong into it (for a
// digest its very bytes). A crash before, during or after the put leads to the
// same put again, which changes nothing. Only then are the pending rows deleted
// and the file listed for the next digest, in one transaction.
package deliver
