// Package gateway is the one way in: every AWS call passes through its
// pipeline, and nothing a service does can leave a step out.
//
//	1 accept        limits, request id, source address
//	2 route         host + path + headers → service, operation, protocol
//	                throttle: calls without signature, per source; read: the body, bounded
//	3 authenticate  signature → identity with its policies, or none for unsigned operations
//	4 decode        bytes → tree, by protocol and schema
//	                own: whose an unsigned call is, from its input
//	5 validate      required, length, pattern, range, enum
//	6 authorise     identity + action + resource → decision
//	7 run           the operation, behind a savepoint of the transaction
//	8 record        the audit record, in the same transaction; then commit, durable
//	9 answer        output or error → bytes of the same protocol; an event stream goes on here
//
// Steps 3 to 8 are one transaction: the key that signed, the policies that
// allowed, the change and its record hold together or not at all. Step 9 comes
// after the commit. pipeline.go is the list itself; a test holds the steps that
// run against a snapshot.
//
// An operation may let an outside call follow its commit (op.Call.After). Then step 8
// writes a debt in the record's place, the call is made, and a second transaction
// takes the debt away and writes the record with the outcome; a job does so if the
// process dies. (follow.go, docs/design/replay.md)
//
// What is recorded: every call that authenticated, and every unsigned call whose
// owner is known, with its error if it failed. What is not: calls with a bad
// signature or of a client nobody owns, since they belong to no account
// [CloudTrail: record contents] (inferred). Such a call can change nothing: if its
// transaction holds a write, it is undone and answered as failed. A call on another
// account's resource is recorded for both accounts, once the owner's policy let the
// caller in.
package gateway
