// Package client answers the operations on app clients. A client is stored whole with the defaults filled in; its secret is kept
// sealed and shown by Create, Describe and Update. A client with a secret may have a second one for a while, so that it can be
// changed over: add one, move every caller to it, delete the other. Both prove the client everywhere.
package client
