package sigv2

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

const (
	queryNeeds = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
	onlyOne    = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"
	badURI     = "Couldn't parse the specified URI."
	wrong      = "The request signature we calculated does not match the signature you provided. Check your key and signing method."

	// maxExplained is the longest string to sign that an answer repeats, in bytes.
	maxExplained = 16 << 10
)

func fail(k sigv4.Kind, message string, fields ...sigv4.Field) *sigv4.Error {
	return &sigv4.Error{Kind: k, Message: message, Fields: fields}
}

func mismatch(fields ...sigv4.Field) *sigv4.Error { return fail(sigv4.Mismatch, wrong, fields...) }

// explain adds what S3 tells about a mismatch. All of it came from the client.
func explain(s *Signature, toSign string) *sigv4.Error {
	fields := []sigv4.Field{{Name: "AWSAccessKeyId", Value: s.AccessKeyID}, {Name: "SignatureProvided", Value: s.given}}
	if len(toSign) <= maxExplained {
		fields = append(fields, sigv4.Field{Name: "StringToSign", Value: toSign}, sigv4.Field{Name: "StringToSignBytes", Value: fmt.Sprintf("% x", toSign)})
	}
	return mismatch(fields...)
}
