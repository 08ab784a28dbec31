// Package awsjson speaks AWS JSON 1.0 and 1.1: POST / with the operation in
// X-Amz-Target, one JSON object in and one out. The version comes from the
// service's model and only shows in the content type.
package awsjson

import (
	"net/http"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/json"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
)

// Protocol is AWS JSON. The zero value works; New gives one that reuses its buffers.
type Protocol struct{ buffers *request.Buffers }

// New makes the protocol.
func New() Protocol { return Protocol{buffers: &request.Buffers{}} }

// Name is json.
func (Protocol) Name() string { return "json" }

// Decode reads the body. An empty body is an empty object.
func (Protocol) Decode(r *request.Request, op *schema.Operation) (*schema.Struct, error) {
	if op.Input == nil {
		return nil, nil
	}
	body, err := r.Plain()
	if err != nil {
		return nil, err
	}
	return json.Decode(body, op.Input)
}

// Encode writes the output. Without an output shape the body is empty; with one
// it is at least {}. An output with an event stream is written as long as that goes on.
func (p Protocol) Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error {
	w.Header().Set("x-amzn-RequestId", requestID)
	if op.Output == nil {
		return request.Write(w, op.Status, contentType(op.Service), nil)
	}
	if e, shape := events(op, out); e != nil {
		return p.stream(w, op, shape, e)
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	if out == nil {
		*buf = append(*buf, "{}"...)
	} else {
		body, err := json.Append(*buf, out)
		if err != nil {
			return err
		}
		*buf = body
	}
	return request.Write(w, op.Status, contentType(op.Service), *buf)
}

// EncodeError writes {"__type", "message", …}. Cognito repeats type and message
// in headers; services with a query past add their query code.
func (p Protocol) EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error {
	h := w.Header()
	h.Set("x-amzn-RequestId", requestID)
	status := fault.Status(svc, op, e)
	if svc != nil && strings.HasPrefix(svc.Name, "cognito-") {
		h.Set("x-amzn-ErrorType", e.Code+":")
		if e.Message != "" {
			h.Set("x-amzn-ErrorMessage", fault.HeaderText(e.Message))
		}
	}
	if svc != nil && svc.QueryCompatible {
		h.Set("x-amzn-query-error", fault.QueryHeader(svc, op, e, status))
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	body, err := json.AppendError(*buf, fault.Type(svc, op, e), e)
	if err != nil {
		return err
	}
	*buf = body
	return request.Write(w, status, contentType(svc), body)
}

func contentType(svc *schema.Service) string {
	if svc != nil && svc.JSONVersion == "1.0" {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}
