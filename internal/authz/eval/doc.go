// Package eval decides whether a request is allowed, and by which statement.
//
//	Request (who, what, on which resource, context) ┐
//	Policies (identity, boundary, session, resource)┴→ Decide → Decision → Message: AWS's text
//
// The order is AWS's [IAM: Policy evaluation logic]: an explicit deny anywhere ends it; then the resource's own policy, identity
// policies, boundary and session policies must each do their part. decide.go holds it in one function per layer.
//
// Promises, tested as properties: an explicit deny always wins; the order of statements and documents never matters for the
// answer; taking a session policy, boundary or identity policy away from a list never widens what is allowed unless it denied.
// A session policy that was passed intersects always, with one exception that is AWS's own: a resource policy that names the very
// session. No policy at all means no. The package asks nobody and keeps nothing; callers bring every policy that applies.
package eval
