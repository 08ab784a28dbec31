// Package policy owns the policy language: reading documents and telling whether one statement applies to a request.
//
//	text → Parse(kind) → *Document of *Statement → Statement.Applies (action, resource, conditions)
//	                                              → Statement.Covers  (principal, resource policies only)
//
// Deciding over several documents is authz/eval. The same reader serves identity policies, boundaries, session policies, resource
// policies and trust policies; the Kind says which elements a document must and must not have. Comparison with text is in
// policy/pattern, conditions are in authz/condition.
//
// A parsed Document is never changed and may be shared between goroutines. Parse accepts no element twice and no element it does
// not know, because a document that means something else to its reader than to its author is worse than a refused one. Work and
// memory are bounded by MaxLength and MaxDepth.
package policy
