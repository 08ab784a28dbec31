// Package logdelivery answers the operations on where a pool's logs go. The configuration is kept, checked and shown; nothing is
// delivered yet.
package logdelivery
