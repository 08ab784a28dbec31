package sigv4

// Family groups the protocols that name errors alike.
type Family uint8

// The families: JSON is AWS JSON 1.0 and 1.1 (and CBOR), Query is STS, IAM, SNS, REST is REST JSON.
const (
	JSON Family = iota
	Query
	REST
	S3
)

type answer struct {
	code   string
	status int
}

// codes has one row per kind: JSON, Query, REST, S3.
var codes = [kindEnd][4]answer{
	MissingToken:         row("MissingAuthenticationToken", 403, "MissingAuthenticationTokenException", "AccessDenied", 403),
	MultipleAuth:         row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "InvalidArgument", 400),
	IncompleteSignature:  row("IncompleteSignature", 400, "IncompleteSignatureException", "AuthorizationHeaderMalformed", 400),
	IncompleteQuery:      row("IncompleteSignature", 400, "IncompleteSignatureException", "AuthorizationQueryParametersError", 400),
	UnsupportedAlgorithm: row("IncompleteSignature", 400, "IncompleteSignatureException", "InvalidRequest", 400),
	WrongQueryAlgorithm:  row("MissingAuthenticationToken", 403, "MissingAuthenticationTokenException", "AuthorizationQueryParametersError", 400),
	MalformedQuery:       row("MalformedQueryString", 400, "MalformedQueryStringException", "InvalidURI", 400), // exception name (inferred)
	MalformedPath:        row("InvalidURI", 400, "InvalidURIException", "InvalidURI", 400),                     // AWS answers without a body (inferred)
	HostNotSigned:        row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AccessDenied", 403),
	HeadersNotSigned:     row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AccessDenied", 403),
	InvalidDate:          row("IncompleteSignature", 400, "IncompleteSignatureException", "AccessDenied", 403),
	TimeSkewed:           row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "RequestTimeTooSkewed", 403),
	RequestExpired:       row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AccessDenied", 403),
	RequestNotYetValid:   row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AccessDenied", 403),
	InvalidExpires:       row("IncompleteSignature", 400, "IncompleteSignatureException", "AuthorizationQueryParametersError", 400),
	MalformedCredential:  row("IncompleteSignature", 400, "IncompleteSignatureException", "AuthorizationHeaderMalformed", 400),
	WrongScope:           row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AuthorizationHeaderMalformed", 400),
	WrongQueryScope:      row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "AuthorizationQueryParametersError", 400),
	UnknownKey:           row("InvalidClientTokenId", 403, "UnrecognizedClientException", "InvalidAccessKeyId", 403),
	InvalidToken:         row("InvalidClientTokenId", 403, "UnrecognizedClientException", "InvalidToken", 400),
	ExpiredToken:         row("ExpiredToken", 403, "ExpiredTokenException", "ExpiredToken", 400),
	Mismatch:             row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "SignatureDoesNotMatch", 403),
	MissingContentHash:   row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "InvalidRequest", 400),
	InvalidContentHash:   row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "InvalidArgument", 400),
	ContentHashMismatch:  row("SignatureDoesNotMatch", 403, "InvalidSignatureException", "XAmzContentSHA256Mismatch", 400),
	IncompleteBody:       row("IncompleteBody", 400, "SerializationException", "IncompleteBody", 400),
	MissingContentLength: row("MissingContentLength", 411, "SerializationException", "MissingContentLength", 411),
	BodyTooLarge:         row("RequestEntityTooLarge", 413, "RequestEntityTooLargeException", "EntityTooLarge", 400),
	ChunkTooSmall:        row("IncompleteBody", 400, "SerializationException", "InvalidChunkSizeError", 403),
	MalformedTrailer:     row("IncompleteBody", 400, "SerializationException", "MalformedTrailerError", 400),
	InvalidChecksum:      row("InvalidRequest", 400, "SerializationException", "InvalidRequest", 400),
	ChecksumMismatch:     row("InvalidRequest", 400, "SerializationException", "BadDigest", 400),
	NotImplemented:       row("NotImplemented", 501, "UnknownOperationException", "NotImplemented", 501),
	AccessDenied:         row("AccessDenied", 403, "AccessDeniedException", "AccessDenied", 403),
	MalformedBody:        row("MalformedInput", 400, "SerializationException", "MalformedXML", 400),
	Throttled:            {{"ThrottlingException", 400}, {"Throttling", 400}, {"TooManyRequestsException", 429}, {"SlowDown", 503}},
	UnknownOperation:     {{"UnknownOperationException", 400}, {"InvalidAction", 400}, {"UnknownOperationException", 404}, {"MethodNotAllowed", 405}},
}

// row spells the common case: JSON always answers 400, and REST has the JSON name with 403 where the query family has 403.
func row(query string, queryStatus int, exception, s3 string, s3Status int) [4]answer {
	rest := queryStatus
	if exception == "IncompleteSignatureException" {
		rest = 403
	}
	return [4]answer{{exception, 400}, {query, queryStatus}, {exception, rest}, {s3, s3Status}}
}

// CodeFor gives the error code and HTTP status of a kind in a family. It panics for a Kind that is none.
func CodeFor(k Kind, f Family) (code string, status int) {
	if k == 0 || k >= kindEnd || f > S3 {
		panic("BUG: sigv4.CodeFor of an unknown kind or family")
	}
	a := codes[k][f]
	return a.code, a.status
}
