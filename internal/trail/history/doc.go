// Package history answers LookupEvents over an account's Event history: the
// management events of the last 90 days in one Region, newest first.
//
//	LookupEvents ─ Events.Lookup(one attribute, range, position) ─▶ records ─▶ Event shapes
//
// Page tokens are sealed and bound to the caller's account, Region and query, so
// a token of one query is refused by another.
package history
