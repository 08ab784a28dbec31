package sigv4

import "fmt"

// Kind is what went wrong, independent of the protocol that has to say it.
type Kind uint8

// The kinds. The comment is the family-neutral meaning; CodeFor has the names and statuses.
const (
	_                    Kind = iota
	MissingToken              // no credentials at all
	MultipleAuth              // header and query credentials, or several Authorization headers
	IncompleteSignature       // header form malformed or parts missing
	IncompleteQuery           // query form malformed or parts missing
	UnsupportedAlgorithm      // Authorization of another scheme
	WrongQueryAlgorithm       // query form without X-Amz-Algorithm, or with another one
	MalformedQuery            // bad percent escape in the query
	MalformedPath             // bad percent escape, path above root, encoded dot segment
	HostNotSigned             // host is not among the signed headers
	HeadersNotSigned          // a header that must be signed is not
	InvalidDate               // the date cannot be read
	TimeSkewed                // too old or too new
	RequestExpired            // presigned request after its end
	RequestNotYetValid        // presigned request from the future
	InvalidExpires            // X-Amz-Expires no number, negative, more than a week
	MalformedCredential       // not five elements
	WrongScope                // region, service, terminator or day of the header form
	WrongQueryScope           // the same of the query form
	UnknownKey                // access key unknown or inactive
	InvalidToken              // session token missing, foreign or broken
	ExpiredToken              // session over
	Mismatch                  // the signature is wrong
	MissingContentHash        // S3 without x-amz-content-sha256
	InvalidContentHash        // S3 with a value that is neither digest nor known word
	ContentHashMismatch       // the body is not the one the digest names
	IncompleteBody            // body shorter or longer than announced, or chunk framing broken
	MissingContentLength      // streaming without x-amz-decoded-content-length
	BodyTooLarge              // body above the caller's limit
	ChunkTooSmall             // a chunk below 8 KiB that is not the last
	MalformedTrailer          // trailing headers broken, undeclared or missing
	InvalidChecksum           // checksum header that cannot be a checksum
	ChecksumMismatch          // the body does not have this checksum
	NotImplemented            // SigV4A streaming
	AccessDenied              // authenticated, not allowed
	Throttled                 // too many requests
	UnknownOperation          // no such operation
	MalformedBody             // body is not what the protocol says
	kindEnd
)

// Field is one more element of an S3 error document.
type Field struct{ Name, Value string }

// Error is a refused authentication. Message is for the query and JSON families; use Text to get the words of another one.
type Error struct {
	Kind    Kind
	Message string
	Fields  []Field // S3 only: elements beside Code and Message, in order
	s3      string  // S3's own words, if they differ
}

// Error names the code of the query family and the message.
func (e *Error) Error() string {
	code, _ := CodeFor(e.Kind, Query)
	if e.Message == "" {
		return code
	}
	return code + ": " + e.Message
}

// Text is the message in the words of a family. It may be empty: AWS sends none for doubled credentials.
func (e *Error) Text(f Family) string {
	switch {
	case f == S3 && e.s3 != "":
		return e.s3
	case f == JSON && (e.Kind == MissingToken || e.Kind == WrongQueryAlgorithm):
		return "Missing Authentication Token"
	}
	return e.Message
}

func fail(k Kind, format string, a ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, a...)}
}

// inS3 sets S3's own words.
func (e *Error) inS3(format string, a ...any) *Error {
	e.s3 = fmt.Sprintf(format, a...)
	return e
}

func (e *Error) with(name, value string) *Error {
	e.Fields = append(e.Fields, Field{name, value})
	return e
}

// InvalidClientTokenID is the answer for an access key that does not exist or is inactive.
func InvalidClientTokenID(accessKeyID string) *Error {
	return fail(UnknownKey, "The security token included in the request is invalid.").
		inS3("The AWS Access Key Id you provided does not exist in our records.").with("AWSAccessKeyId", accessKeyID)
}

// InvalidSessionToken is the answer for a session token that is absent, broken, or not of this access key. It does not say which.
func InvalidSessionToken(token string) *Error {
	return fail(InvalidToken, "The security token included in the request is invalid").
		inS3("The provided token is malformed or otherwise invalid.").with("Token-0", token)
}

// ExpiredSessionToken is the answer for a session that is over.
func ExpiredSessionToken(token string) *Error {
	return fail(ExpiredToken, "The security token included in the request is expired").
		inS3("The provided token has expired.").with("Token-0", token)
}

// MissingTokenError is the answer for a request without credentials where some are needed.
func MissingTokenError() *Error { return missing() }
