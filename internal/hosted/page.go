package hosted

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// page is what a person reads.
type page struct{ Title, Text string }

var (
	badLink   = page{"This link does not work", "It was used already, or it is too old. Ask for a new one where you signed up."}
	confirmed = page{"Your account is confirmed", "You can sign in now."}
	halfDone  = page{"Your account is confirmed", "Something that should follow failed. You can try to sign in."}
	failed    = page{"Something went wrong", "Please try again later."}
	noPage    = page{"There is no such page", "Please check the address."}
	noMethod  = page{"This page cannot be used this way", "Please follow the link again."}
)

var layout = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body><main><h1>{{.Title}}</h1><p>{{.Text}}</p></main></body></html>
`))

// write answers with a page that may load, run and send nothing, and that no other page may frame.
func (p page) write(w http.ResponseWriter, status int) error {
	var body bytes.Buffer
	if err := layout.Execute(&body, p); err != nil {
		panic("BUG: page of a domain: " + err.Error())
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // addresses hold codes
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := w.Write(body.Bytes())
	return err
}

// reply is the protocol of one request: its page in the place of an output.
type reply struct {
	of   *endpoint
	page page
	done bool // do succeeded, in its last run
}

var _ wire.Protocol = (*reply)(nil)

// Name implements wire.Protocol.
func (r *reply) Name() string { return "html" }

// Decode implements wire.Protocol. Endpoints read their parameters themselves.
func (r *reply) Decode(*wire.Request, *schema.Operation) (*schema.Struct, error) { return nil, nil }

// Encode implements wire.Protocol.
func (r *reply) Encode(w http.ResponseWriter, o *schema.Operation, _ *schema.Struct, requestID string) error {
	w.Header().Set("X-Amzn-Requestid", requestID)
	return r.page.write(w, o.Status)
}

// EncodeError implements wire.Protocol. What is wrong is told in the endpoint's own words, the same for every error of the caller's.
func (r *reply) EncodeError(w http.ResponseWriter, _ *schema.Service, _ *schema.Operation, e *schema.Error, requestID string) error {
	w.Header().Set("X-Amzn-Requestid", requestID)
	p, status := r.of.refused, e.Status
	switch {
	case e.Code == "TooManyRequestsException":
		p, status = failed, http.StatusTooManyRequests
	case e.Server || status >= http.StatusInternalServerError:
		p = failed
	case r.done:
		p = halfDone // a function that runs after the commit
	}
	return p.write(w, status)
}
