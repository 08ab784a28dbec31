// Package form reads the parameters of query protocols by shape:
// Filters.member.1.Name=x, Attributes.entry.2.key=y.
//
// Parse sorts the pairs once; Decode then finds a member's parameters by prefix,
// so that memory grows with the body and not with the numbers in its keys. Gaps
// in a list's numbers close up. Of equal keys the last wins.
package form
