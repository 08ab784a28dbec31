// Package usage counts what user pools are used for in metrics, as Cognito itself does.
//
//	drainer ─ Settle(tx, records) ─▶ AWS/Cognito: sign-ups, sign-ins and refreshes by pool and client, 1 if they succeed and 0 if not
//	                              └▶ AWS/Usage:   calls by category
//
// It reads the records of calls, which are committed with what they did, in the transaction that settles them: a call is counted
// exactly once, and costs the call itself nothing. A call that is refused before it has a record is not counted.
package usage
