// Package index keeps field index policies of log groups: which fields filterIndex may be asked about, and since when.
//
// Searches need no such policy to be quick here: the log store indexes what CloudTrail records are searched by on its own.
// The policy decides what filterIndex reads, as with AWS.
//
//	PutIndexPolicy ─▶ row: field → since when ─▶ Since, for package insight
//
// Promises: a policy hangs on the group's id, so a group made again has none.
package index
