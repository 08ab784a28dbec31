// Package request declares what the protocols read: one HTTP request with its
// body. It stands apart so that the protocols and their detector can share it.
package request

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// MaxInflated bounds a compressed body after decompression, in bytes.
const MaxInflated = 4 << 20

// Request is one HTTP request as a protocol reads it.
type Request struct {
	*http.Request
	// Body is the whole body; empty when the operation streams its input, which
	// then comes as Stream.
	Body   []byte
	Stream any // io.Reader of a streaming member
	// Labels are the values of the URI template (REST protocols), unescaped.
	Labels map[string]string
}

// Plain returns the body without its content coding. SDKs compress large
// PutMetricData bodies with gzip; other codings are refused.
func (r *Request) Plain() ([]byte, error) {
	if r.Request == nil {
		return r.Body, nil
	}
	return Inflate(r.Body, r.Header.Get("Content-Encoding"))
}

// Inflate undoes a content coding: none, identity or gzip. The result is at
// most MaxInflated bytes; more is refused with 413.
func Inflate(body []byte, coding string) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(coding)) {
	case "", "identity", "aws-chunked":
		return body, nil
	case "gzip":
	default:
		return nil, &schema.Error{Code: "UnsupportedMediaTypeException", Message: "Unsupported content encoding.", Status: 415}
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, broken(err)
	}
	plain, err := io.ReadAll(io.LimitReader(z, MaxInflated+1))
	if err != nil {
		return nil, broken(err)
	}
	if len(plain) > MaxInflated {
		return nil, &schema.Error{Code: "RequestEntityTooLargeException", Message: "Request size exceeded the limit.", Status: 413}
	}
	return plain, nil
}

func broken(err error) error {
	return &schema.Error{
		Code: "SerializationException", Message: "The compressed request body could not be read.", Status: 400,
		Cause: fmt.Errorf("inflate body: %w", err),
	}
}
