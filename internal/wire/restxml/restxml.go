// Package restxml speaks AWS REST XML as S3 does: the operation in method, path
// and sub-resource, members in URI, query and headers, bodies as XML or as the
// object's own bytes.
package restxml

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/bind"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
	"github.com/cogtrail/cogtrail/internal/wire/internal/xml"
)

// Protocol is AWS REST XML. The zero value works; New gives one that reuses its buffers.
type Protocol struct{ buffers *request.Buffers }

// New makes the protocol.
func New() Protocol { return Protocol{buffers: &request.Buffers{}} }

// Name is rest-xml.
func (Protocol) Name() string { return "rest-xml" }

const (
	contentType = "application/xml"
	header      = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

func malformed() error {
	return &schema.Error{
		Code: "MalformedXML", Message: "The XML you provided was not well-formed or did not validate against our published schema", Status: 400,
	}
}

// Decode reads URI, query, headers and body.
func (Protocol) Decode(r *request.Request, op *schema.Operation) (*schema.Struct, error) {
	if op.Input == nil {
		return nil, nil
	}
	out := schema.NewStruct(op.Input)
	if err := bind.Request(r, out, badValue); err != nil {
		return nil, err
	}
	if m, ok := op.Input.Member(op.Input.Payload); ok {
		return out, payload(r, out, m)
	}
	if len(r.Body) == 0 || !hasBody(op.Input) {
		return out, nil
	}
	names := []string{op.Input.Name, op.Name + "Request"}
	if op.Input.XMLName != "" {
		names = append(names, op.Input.XMLName)
	}
	body, err := xml.Decode(r.Body, op.Input, names...)
	if err != nil {
		return nil, malformed()
	}
	if body == nil {
		return out, nil
	}
	for i, v := range body.Fields {
		if v != nil {
			out.Fields[i] = v
		}
	}
	return out, nil
}

// badValue is S3's answer to a header or parameter of another type. Dates of
// conditional requests that cannot be read are ignored, as RFC 9110 asks.
func badValue(m *schema.Member, text string) error {
	name := m.WireName()
	switch m.Shape.Kind {
	case schema.Timestamp:
		if m.Location == "header" {
			return nil
		}
	case schema.Integer, schema.Long:
		return &schema.Error{
			Code: "InvalidArgument", Message: "Provided " + name + " not an integer or within integer range", Status: 400,
			Members: map[string]any{"ArgumentName": name, "ArgumentValue": text},
		}
	}
	if !utf8.ValidString(text) {
		text = ""
	}
	return &schema.Error{
		Code: "InvalidArgument", Message: "Invalid argument value", Status: 400, // (inferred)
		Members: map[string]any{"ArgumentName": name, "ArgumentValue": text},
	}
}

func hasBody(s *schema.Shape) bool {
	for _, m := range s.Members {
		if m.Location == "" {
			return true
		}
	}
	return false
}

// payload reads the one member that is the whole body.
func payload(r *request.Request, out *schema.Struct, m *schema.Member) error {
	if r.Stream != nil {
		out.Fields[m.Position] = r.Stream
		return nil
	}
	switch {
	case len(r.Body) == 0:
	case m.Shape.Kind == schema.Blob:
		out.Fields[m.Position] = r.Body
	case m.Shape.Kind == schema.String:
		if !utf8.Valid(r.Body) {
			return malformed()
		}
		out.Fields[m.Position] = string(r.Body)
	case m.Shape.Kind == schema.Structure:
		v, err := xml.Decode(r.Body, m.Shape, m.WireName(), m.Name, m.Shape.Name)
		if err != nil {
			return malformed()
		}
		if v != nil {
			out.Fields[m.Position] = v
		}
	}
	return nil
}

// Encode writes headers and body. A Content-Range makes it a partial answer.
func (p Protocol) Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error {
	identify(w.Header(), requestID)
	status := op.Status
	if op.Output == nil {
		return p.empty(w, status)
	}
	if out == nil {
		out = schema.NewStruct(op.Output)
	}
	if s := bind.Headers(w.Header(), out); s != 0 {
		status = s
	}
	if status == http.StatusOK && w.Header().Get("Content-Range") != "" {
		status = http.StatusPartialContent
	}
	if op.Method == http.MethodHead || status == http.StatusNoContent {
		w.WriteHeader(status)
		return nil
	}
	if m, ok := op.Output.Member(op.Output.Payload); ok {
		return p.payload(w, op, status, out.Fields[m.Position], m)
	}
	if !hasBody(op.Output) {
		return p.empty(w, status)
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	b := append(*buf, header...)
	if op.Name == "GetBucketLocation" {
		*buf = location(b, op, out)
		return request.Write(w, status, contentType, *buf)
	}
	b, err := (xml.Encoder{Time: scalar.ISOMillis}).Root(b, rootName(op), op.Service.XMLNamespace, out)
	if err != nil {
		return err
	}
	*buf = b
	return request.Write(w, status, contentType, b)
}

// location is the one answer whose root is the text itself; us-east-1 is empty.
func location(b []byte, op *schema.Operation, out *schema.Struct) []byte {
	region := out.Text("LocationConstraint")
	b = xml.Start(b, "LocationConstraint", op.Service.XMLNamespace)
	return xml.End(xml.Escape(b, region), "LocationConstraint")
}

func rootName(op *schema.Operation) string {
	if op.Output.XMLName != "" {
		return op.Output.XMLName
	}
	return op.Name + "Result"
}

// empty answers without a body. 204 must not even name a length.
func (p Protocol) empty(w http.ResponseWriter, status int) error {
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return nil
	}
	return request.Write(w, status, "", nil)
}

func (p Protocol) payload(w http.ResponseWriter, op *schema.Operation, status int, v any, m *schema.Member) error {
	switch x := v.(type) {
	case nil:
		return p.empty(w, status)
	case io.Reader:
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "binary/octet-stream")
		}
		w.WriteHeader(status)
		_, err := io.Copy(w, x)
		return err
	case []byte:
		return request.Write(w, status, given(w, "binary/octet-stream"), x)
	case string:
		return request.Write(w, status, given(w, "application/json"), []byte(x)) // the one text payload is a policy
	case *schema.Struct:
		buf := p.buffers.Get()
		defer p.buffers.Put(buf)
		name := m.WireName()
		if m.LocationName == "" && m.Shape.XMLName != "" {
			name = m.Shape.XMLName
		}
		b, err := (xml.Encoder{Time: scalar.ISOMillis}).Root(append(*buf, header...), name, op.Service.XMLNamespace, x)
		if err != nil {
			return err
		}
		*buf = b
		return request.Write(w, status, contentType, b)
	}
	return p.empty(w, status)
}

// given keeps a content type that the output's headers set.
func given(w http.ResponseWriter, def string) string {
	if t := w.Header().Get("Content-Type"); t != "" {
		return t
	}
	return def
}

// identify sets both ids of S3 answers. The second one is opaque to clients;
// here it follows from the first.
func identify(h http.Header, requestID string) {
	h.Set("x-amz-request-id", requestID)
	h.Set("x-amz-id-2", hostID(requestID))
}

func hostID(requestID string) string {
	sum := sha256.Sum256([]byte("host " + requestID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// EncodeError writes <Error> without namespace; answers to HEAD and 304 have no
// body.
func (p Protocol) EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error {
	identify(w.Header(), requestID)
	status := fault.Status(svc, op, e)
	if status == http.StatusNotModified || op != nil && op.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	b := xml.Start(append(*buf, header...), "Error", "")
	b = xml.Text(b, "Code", fault.QueryCode(svc, op, e))
	b = xml.Text(b, "Message", e.Message)
	for _, name := range fault.Members(e) {
		b = xml.Text(b, name, fault.MemberText(e.Members[name]))
	}
	b = xml.Text(b, "RequestId", requestID)
	b = xml.Text(b, "HostId", hostID(requestID))
	*buf = xml.End(b, "Error")
	return request.Write(w, status, contentType, *buf)
}
