// Package pool answers the operations on user pools themselves. What CreateUserPool accepts it stores whole, with every default
// filled in (settings.go, schema.go), so that DescribeUserPool gives back what was asked for; a setting whose effect this server
// does not have is refused (unsupported.go), never stored and forgotten.
package pool
