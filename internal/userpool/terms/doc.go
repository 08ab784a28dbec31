// Package terms answers the operations on the terms of use and privacy policies that clients link to, one of each kind per client.
package terms
