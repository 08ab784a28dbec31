// Package pool answers the operations on user pools themselves. What CreateUserPool accepts it stores whole, with every default
// filled in (settings.go, schema.go), so that DescribeUserPool gives back what was asked for; a setting whose effect this server
// does not have is refused (unsupported.go), never stored and forgotten. UpdateUserPool goes through the same checks, with what is
// fixed taken from the pool; the tag that chooses how passwords are kept is fixed too (tags.go).
package pool
