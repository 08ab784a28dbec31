// Package audit makes CloudTrail records: what fields they have, in AWS's order,
// and what of a request or response may stand in them.
//
//	gateway ─ Event{principal, operation, input tree, output tree, error, …}
//	        ─ Encoder.Append ─▶ one line of JSON, redacted, within AWS's size limits
//	        ─ store.Tx.Append ─▶ outbox row of the same transaction
//
// # Redaction fails closed
//
// The trees carry their schemas. A member whose shape is marked sensitive, whose
// kind cannot be looked into (a document), or which the overlay hides is
// replaced as a whole by the hidden value, whatever its kind: a new sensitive
// member of a newer model is hidden without anyone remembering it. There is no
// way to put a part of the request into a record except through Append.
package audit
