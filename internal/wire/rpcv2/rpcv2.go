// Package rpcv2 speaks Smithy RPC v2 with CBOR, as current SDKs do with
// CloudWatch: POST /service/<Service>/operation/<Operation>.
package rpcv2

import (
	"net/http"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/cbor"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
)

// Protocol is Smithy RPC v2 CBOR. The zero value works; New gives one that reuses its buffers.
type Protocol struct{ buffers *request.Buffers }

// New makes the protocol.
func New() Protocol { return Protocol{buffers: &request.Buffers{}} }

// Name is smithy-rpc-v2-cbor.
func (Protocol) Name() string { return "smithy-rpc-v2-cbor" }

const contentType = "application/cbor"

// Decode reads the body; an empty input may come without one.
func (Protocol) Decode(r *request.Request, op *schema.Operation) (*schema.Struct, error) {
	if op.Input == nil {
		return nil, nil
	}
	body, err := r.Plain()
	if err != nil {
		return nil, err
	}
	return cbor.Decode(body, op.Input)
}

// Encode writes the output; without an output shape there is no body and no
// content type.
func (p Protocol) Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error {
	head(w.Header(), requestID)
	if op.Output == nil {
		return request.Write(w, op.Status, "", nil)
	}
	if out == nil {
		out = schema.NewStruct(op.Output)
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	body, err := cbor.Append(*buf, out)
	if err != nil {
		return err
	}
	*buf = body
	return request.Write(w, op.Status, contentType, body)
}

// EncodeError writes a map of type, message and further members. Services with
// a query past add their query code, which only clients that ask for it read.
func (p Protocol) EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error {
	head(w.Header(), requestID)
	status := fault.Status(svc, op, e)
	if svc != nil && svc.QueryCompatible {
		w.Header().Set("x-amzn-query-error", fault.QueryHeader(svc, op, e, status))
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	*buf = cbor.AppendError(*buf, fault.Type(svc, op, e), e)
	return request.Write(w, status, contentType, *buf)
}

func head(h http.Header, requestID string) {
	h.Set("smithy-protocol", "rpc-v2-cbor")
	h.Set("x-amzn-RequestId", requestID)
}
