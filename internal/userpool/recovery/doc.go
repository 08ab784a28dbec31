// Package recovery answers the operations with which a user who forgot his password sets a new one by a code. Where users are
// hidden, an unknown name is treated as one whose code never arrives.
package recovery
