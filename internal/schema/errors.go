package schema

import "fmt"

// Error is an error of an AWS API as its caller sees it.
type Error struct {
	// Code is the shape's name, or the code of a framework error.
	Code    string
	Message string
	// Recorded is the message as records have it, where that must not tell all; empty for Message.
	Recorded string
	// Status is the HTTP status; 0 means 400 for a client's and 500 for a server's fault.
	Status int
	// Server says that the fault is the server's.
	Server bool
	// Members are further members of the error shape.
	Members map[string]any
	// QueryCode is the code in query protocols, when it differs.
	QueryCode string
	// Cause is logged, never sent.
	Cause error
}

// Error returns code and message.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// HTTPStatus returns the status to answer with.
func (e *Error) HTTPStatus() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Server:
		return 500
	default:
		return 400
	}
}
