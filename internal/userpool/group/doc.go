// Package group is the area of groups: the groups of a pool and who is in them. What they mean for tokens is in package
// userpool, which reads them whenever tokens are made.
package group
