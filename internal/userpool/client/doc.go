// Package client answers the operations on app clients. A client is stored whole with the defaults filled in; its secret is kept
// sealed and shown by Create and Describe only.
package client
