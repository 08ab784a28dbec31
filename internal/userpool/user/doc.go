// Package user answers the administrator's operations on the users of a pool. Every one of them names its pool, which has to be of
// the caller's account and Region; all but ListUsers name one user, who stands in the record by his sub.
package user
