package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	unsignedPayload     = "UNSIGNED-PAYLOAD"
	streamUnsigned      = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	streamSigned        = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

// bodyPlan is how the body proves itself. It is made from the very value that was part of the verified canonical request.
type bodyPlan struct {
	digest   string // hex SHA-256 the body must have; empty if none
	chunked  bool   // aws-chunked framing
	signed   bool   // every chunk carries a signature
	trailers bool   // headers may follow the last chunk
	unproved bool   // signatures are read but not compared (UnverifiedBody)
}

func planFor(hash string, s3 bool) bodyPlan {
	switch {
	case !s3, hash == unsignedPayload:
		return bodyPlan{}
	case hash == streamUnsigned:
		return bodyPlan{chunked: true, trailers: true}
	case hash == streamSigned:
		return bodyPlan{chunked: true, signed: true}
	case hash == streamSignedTrailer:
		return bodyPlan{chunked: true, signed: true, trailers: true}
	}
	return bodyPlan{digest: hash}
}

// checkPayloadWord refuses every value of x-amz-content-sha256 that planFor does not know.
func checkPayloadWord(s *Signature) *Error {
	switch h := s.PayloadHash; {
	case h == "" && s.Presigned:
		return nil
	case h == "":
		return fail(MissingContentHash, "Missing required header for this request: x-amz-content-sha256") // (inferred)
	case h == unsignedPayload, h == streamUnsigned, h == streamSigned, h == streamSignedTrailer, isDigest(h):
		return nil
	case strings.HasPrefix(h, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"):
		return fail(NotImplemented, "A header you provided implies functionality that is not implemented").with("Header", "x-amz-content-sha256")
	default:
		return fail(InvalidContentHash, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.").
			with("ArgumentName", "x-amz-content-sha256").with("ArgumentValue", h)
	}
}

func isDigest(h string) bool {
	_, err := hex.DecodeString(h)
	return err == nil && len(h) == 2*sha256.Size && h == strings.ToLower(h)
}
