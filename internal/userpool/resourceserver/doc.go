// Package resourceserver answers the operations on resource servers and tells which custom scopes a pool has. A scope is asked
// for when a client is given it and again when a token is made, so one that is taken away ends with the next token.
package resourceserver
