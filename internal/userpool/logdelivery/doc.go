// Package logdelivery answers the operations on where a pool's logs go. Package
// threat and whoever gives messages up deliver by Deliver and Failed, to log groups in the transaction of what they tell. Buckets and
// streams are refused.
package logdelivery
