// Package awsquery speaks the AWS query protocol: the input as form parameters
// (POST body or URL), the output as XML with a request id.
package awsquery

import (
	"net/http"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/form"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
	"github.com/cogtrail/cogtrail/internal/wire/internal/xml"
)

// Protocol is the AWS query protocol. The zero value works; New gives one that reuses its buffers.
type Protocol struct{ buffers *request.Buffers }

// New makes the protocol.
func New() Protocol { return Protocol{buffers: &request.Buffers{}} }

// Name is query.
func (Protocol) Name() string { return "query" }

const contentType = "text/xml"

// Decode reads the parameters of URL and body together.
func (Protocol) Decode(r *request.Request, op *schema.Operation) (*schema.Struct, error) {
	if op.Input == nil {
		return nil, nil
	}
	body, err := r.Plain()
	if err != nil {
		return nil, err
	}
	query := ""
	if r.Request != nil {
		query = r.URL.RawQuery
	}
	values, err := form.Parse(query, string(body))
	if err != nil {
		return nil, err
	}
	return values.Decode(op.Input)
}

// Encode writes <OpResponse><OpResult>…</OpResult><ResponseMetadata/></OpResponse>.
func (p Protocol) Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error {
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	w.Header().Set("x-amzn-RequestId", requestID)
	name := op.Name + "Response"
	b := xml.Start(*buf, name, op.Service.XMLNamespace)
	if op.Output != nil {
		wrapper := op.ResultWrapper
		if wrapper == "" {
			wrapper = op.Name + "Result"
		}
		b = xml.Start(b, wrapper, "")
		if out != nil {
			var err error
			if b, err = (xml.Encoder{Time: scalar.ISOSeconds}).Members(b, out); err != nil {
				return err
			}
		}
		b = xml.End(b, wrapper)
	}
	b = xml.Start(b, "ResponseMetadata", "")
	b = xml.Text(b, "RequestId", requestID)
	b = xml.End(b, "ResponseMetadata")
	*buf = xml.End(b, name)
	return request.Write(w, op.Status, contentType, *buf)
}

// EncodeError writes <ErrorResponse><Error/><RequestId/></ErrorResponse>.
func (p Protocol) EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error {
	buf := p.buffers.Get()
	defer p.buffers.Put(buf)
	w.Header().Set("x-amzn-RequestId", requestID)
	status := fault.Status(svc, op, e)
	namespace := ""
	if svc != nil {
		namespace = svc.XMLNamespace
	}
	b := xml.Start(*buf, "ErrorResponse", namespace)
	b = xml.Start(b, "Error", "")
	b = xml.Text(b, "Type", fault.Side(e, status))
	b = xml.Text(b, "Code", fault.QueryCode(svc, op, e))
	if e.Message != "" {
		b = xml.Text(b, "Message", e.Message)
	}
	for _, name := range fault.Members(e) {
		b = xml.Text(b, name, fault.MemberText(e.Members[name]))
	}
	b = xml.End(b, "Error")
	b = xml.Text(b, "RequestId", requestID)
	*buf = xml.End(b, "ErrorResponse")
	return request.Write(w, status, contentType, *buf)
}
