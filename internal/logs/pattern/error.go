package pattern

import "fmt"

// MessageInvalid is the text of AWS for a pattern that does not follow the grammar; it belongs to InvalidParameterException.
const MessageInvalid = "Invalid metric filter pattern"

// SyntaxError says why a pattern was refused and where.
//
// Error gives the text for the caller, as AWS words it; Offset and Reason are for logs and tests.
type SyntaxError struct {
	Offset  int    // byte offset in the pattern
	Reason  string // own words
	message string // AWS's words
}

// Error returns the text that AWS shows.
func (e *SyntaxError) Error() string { return e.message }

// Detail returns position and reason in one line.
func (e *SyntaxError) Detail() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Reason) }

func invalid(offset int, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: offset, Reason: fmt.Sprintf(format, args...), message: MessageInvalid}
}

// badTerm is the refusal of a character that a bare word must not hold.
func badTerm(offset int, term string) *SyntaxError {
	return &SyntaxError{
		Offset:  offset,
		Reason:  fmt.Sprintf("character %q needs quotes", term),
		message: "Invalid character(s) in term '" + term + "'",
	}
}
