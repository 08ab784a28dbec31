package schema

import "io"

// Events is the value of an event stream: what an answer goes on to tell after its
// transaction is committed. It is used by one goroutine.
type Events interface {
	// Next waits for the next event: the name of its member and a pointer to its
	// generated type. io.EOF ends the stream well; an *Error is told to the client
	// as the stream's last event.
	Next() (name string, event any, err error)
	io.Closer
}
