// Package client answers the operations on app clients. A client is stored whole with the defaults filled in; its secret is kept
// sealed, shown by Create, Describe and Update, and never changed.
package client
