package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/authn/sigv2"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// route is step 2: it finds service, operation and protocol from the
// signature's scope, the headers, the path and, for query calls, the form.
func (x *exchange) route() error {
	// A raw plus in a query is a plus: the signature's reading, for everyone who reads on.
	x.r.URL.RawQuery = strings.ReplaceAll(x.r.URL.RawQuery, "+", "%2B")
	signing := ""
	if sigv4.IsSigned(x.r) {
		x.sig, x.sigErr = sigv4.Parse(x.r)
		if x.sig != nil {
			signing = x.sig.Service
		}
	} else if olderSigned(x.r) {
		signing = x.routeOlder()
	}
	m, ok := x.g.detector.Detect(x.r, signing, x.formAction)
	x.match = m
	switch {
	case x.readErr != nil:
		return x.readErr
	case !ok:
		return &schema.Error{Code: "UnknownOperationException", Status: 404}
	case m.Operation == nil:
		return unknownOperation(m)
	}
	x.op = x.g.served[m.Operation]
	return nil
}

// olderSigned tells a presigned URL of S3's older kind from calls of the query services, whose own old signatures have
// parameters of the same names and are not accepted.
func olderSigned(r *http.Request) bool {
	return r.Header.Get("X-Amz-Target") == "" && !strings.Contains(r.URL.RawQuery, "Action=") && sigv2.IsSigned(r)
}

// routeOlder reads such a URL and returns the service to look for. Parameters that stand for headers become them here, since
// they take part in finding the operation.
func (x *exchange) routeOlder() (signing string) {
	x.older, x.sigErr = sigv2.Parse(x.r)
	if x.older != nil {
		for name, values := range x.older.Headers {
			x.r.Header[name] = values
		}
	}
	return "s3"
}

// formAction reads the form of a query call to find its action; the protocol
// decodes the same bytes again.
func (x *exchange) formAction() (action, version string) {
	if x.body == nil {
		if x.readErr = x.readBody(); x.readErr != nil {
			return "", ""
		}
	}
	body, err := wire.Inflate(x.body, x.r.Header.Get("Content-Encoding"))
	if err != nil {
		x.readErr = err
		return "", ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", ""
	}
	return form.Get("Action"), form.Get("Version")
}
