// Package restjson speaks AWS REST JSON: the operation in method and path,
// members in URI, query and headers, the rest as a JSON body.
package restjson

import (
	stdjson "encoding/json"
	"io"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/bind"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/json"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
)

// Protocol is AWS REST JSON. The zero value works; New gives one that reuses its buffers.
type Protocol struct{ buffers *request.Buffers }

// New makes the protocol.
func New() Protocol { return Protocol{buffers: &request.Buffers{}} }

// Name is rest-json.
func (Protocol) Name() string { return "rest-json" }

const contentType = "application/json"

// Decode reads body, URI, query and headers.
func (Protocol) Decode(r *request.Request, op *schema.Operation) (*schema.Struct, error) {
	if op.Input == nil {
		return nil, nil
	}
	out := schema.NewStruct(op.Input)
	if op.Input.Payload != "" {
		if err := payload(r, out); err != nil {
			return nil, err
		}
	} else {
		body, err := r.Plain()
		if err != nil {
			return nil, err
		}
		if out, err = json.DecodeBody(body, op.Input); err != nil {
			return nil, err
		}
	}
	located := schema.NewStruct(op.Input)
	err := bind.Request(r, located, func(m *schema.Member, _ string) error {
		return fault.Convert("STRING_VALUE", m.Shape.Kind)
	})
	if err != nil {
		return nil, err
	}
	for i, v := range located.Fields {
		if v != nil {
			out.Fields[i] = v
		}
	}
	return out, nil
}

// payload reads the one member that is the whole body.
func payload(r *request.Request, out *schema.Struct) error {
	m, ok := out.Shape.Member(out.Shape.Payload)
	if !ok {
		return nil
	}
	if r.Stream != nil {
		out.Fields[m.Position] = r.Stream
		return nil
	}
	body, err := r.Plain()
	if err != nil {
		return err
	}
	switch {
	case len(body) == 0:
	case m.Shape.Kind == schema.Blob:
		out.Fields[m.Position] = body
	case m.Shape.Kind == schema.String:
		out.Fields[m.Position] = string(body)
	default:
		v, err := json.DecodeValue(body, m)
		if err != nil {
			return err
		}
		out.Fields[m.Position] = v
	}
	return nil
}

// Encode writes headers and body.
func (p Protocol) Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error {
	w.Header().Set("x-amzn-RequestId", requestID)
	status := op.Status
	if op.Output == nil {
		return request.Write(w, status, "", nil)
	}
	if out == nil {
		out = schema.NewStruct(op.Output)
	}
	if s := bind.Headers(w.Header(), out); s != 0 {
		status = s
	}
	if m, ok := op.Output.Member(op.Output.Payload); ok {
		return p.payload(w, status, out.Fields[m.Position], m)
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	body, err := json.AppendBody(*buf, out)
	if err != nil {
		return err
	}
	*buf = body
	return request.Write(w, status, contentType, body)
}

func (p Protocol) payload(w http.ResponseWriter, status int, v any, m *schema.Member) error {
	switch x := v.(type) {
	case nil:
		return request.Write(w, status, "", nil)
	case io.Reader:
		w.WriteHeader(status)
		_, err := io.Copy(w, x)
		return err
	case []byte:
		return request.Write(w, status, given(w, "application/octet-stream"), x)
	case string:
		return request.Write(w, status, given(w, "text/plain"), []byte(x))
	case stdjson.RawMessage:
		return request.Write(w, status, contentType, x)
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	body, err := json.AppendValue(*buf, v, m)
	if err != nil {
		return err
	}
	*buf = body
	return request.Write(w, status, contentType, body)
}

// given keeps a content type that the output's headers set.
func given(w http.ResponseWriter, def string) string {
	if t := w.Header().Get("Content-Type"); t != "" {
		return t
	}
	return def
}

// EncodeError writes the type as a header and the message as body.
func (p Protocol) EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error {
	w.Header().Set("x-amzn-RequestId", requestID)
	w.Header().Set("x-amzn-ErrorType", e.Code+":")
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	body, err := json.AppendError(*buf, "", e)
	if err != nil {
		return err
	}
	*buf = body
	return request.Write(w, fault.Status(svc, op, e), contentType, body)
}
