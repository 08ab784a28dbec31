package gateway

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

type objectInput struct {
	Bucket, Key string
	Copy        *string
}

// objectStore is a gateway over an S3 of two operations, GetObject and PutObject; both answer by noting what they were asked for.
func objectStore(t *testing.T) (*world, *[]string) {
	text := &schema.Shape{Name: "Text", Kind: schema.String}
	in := &schema.Shape{Name: "ObjectRequest", Kind: schema.Structure}
	in.SetMembers([]*schema.Member{
		{Name: "Bucket", Shape: text, Required: true, Location: "uri", LocationName: "Bucket"},
		{Name: "Key", Shape: text, Required: true, Location: "uri", LocationName: "Key"},
		{Name: "Copy", Shape: text, Location: "header", LocationName: "x-amz-copy-source"},
	})
	s := &schema.Service{
		Name: "s3", SigningName: "s3", EventSource: "s3.amazonaws.com", IAMPrefix: "s3", Protocols: []string{"rest-xml"},
		ValidationCode: "InvalidRequest", UnsupportedCode: "NotImplemented", UnsupportedMessage: "not served",
	}
	var ops []*op.Operation
	done := &[]string{}
	for _, method := range []string{"GET", "PUT"} {
		o := &schema.Operation{
			Service: s, Name: method + "Object", Method: method, URI: "/{Bucket}/{Key+}", Status: 200, Input: in, Area: "object",
			Category: "Data", Action: method + "Object", Resource: "arn:aws:s3:::{Bucket}/{Key}",
		}
		s.Operations = append(s.Operations, o)
		ops = append(ops, &op.Operation{Operation: o, New: func() any { return new(objectInput) }, Run: func(c *op.Call, in any) (any, error) {
			i := in.(*objectInput)
			line := c.Account + " " + method + " " + i.Bucket + " " + i.Key
			if i.Copy != nil {
				line += " from " + *i.Copy
			}
			*done = append(*done, line)
			return nil, nil
		}})
	}
	s.Index()
	w := newWorld(t, nil)
	w.db = mem.New()
	w.g = New(Config{
		Services: []*schema.Service{s}, Operations: ops, State: w.db, Identities: w.g.Identities,
		Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Clock: fixedClock{testNow}, Log: slog.New(slog.DiscardHandler),
		Account: testAccount, Region: "us-east-1",
	})
	return w, done
}

// presigned makes a request by an older presigned URL; amz are the lines of x-amz-* headers, and resource what is signed of host and path.
func presigned(method, target, key, amz, resource string, life time.Duration) *http.Request {
	end := fmt.Sprint(testNow.Add(life).Unix())
	h := hmac.New(sha1.New, []byte(testSecret))
	h.Write([]byte(method + "\n\n\n" + end + "\n" + amz + resource))
	q := "AWSAccessKeyId=" + key + "&Expires=" + end + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(h.Sum(nil)))
	for line := range strings.Lines(amz) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		q += "&" + name + "=" + url.QueryEscape(value)
	}
	r := httptest.NewRequest(method, target+"?"+q, nil)
	r.RemoteAddr = "198.51.100.7:1234"
	r.RequestURI = r.URL.RequestURI()
	return r
}

func TestOlderPresigned(t *testing.T) {
	t.Parallel()
	const path, host = "http://127.0.0.1:4700", "http://bk.s3.us-east-1.localhost:4700"
	w, done := objectStore(t)
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		want   string // what was done, or part of the answer
	}{
		{"get", presigned("GET", path+"/bk/a%20b/c", "AKIAROOT", "", "/bk/a%20b/c", time.Hour), 200, testAccount + " GET bk a b/c"},
		{"put", presigned("PUT", path+"/bk/k", "AKIAROOT", "", "/bk/k", time.Hour), 200, testAccount + " PUT bk k"},
		{"copy", presigned("PUT", path+"/bk/k", "AKIAROOT", "x-amz-copy-source:bk/o\n", "/bk/k", time.Hour), 200, testAccount + " PUT bk k from bk/o"},
		{"virtual host", presigned("GET", host+"/k", "AKIAROOT", "", "/bk/k", time.Hour), 200, testAccount + " GET bk k"},
		{"virtual host, key like a path", presigned("GET", host+"/bk/k", "AKIAROOT", "", "/bk/bk/k", time.Hour), 200, testAccount + " GET bk bk/k"},
		{"path signed, virtual host asked", presigned("GET", host+"/bk/k", "AKIAROOT", "", "/bk/k", time.Hour), 403, "SignatureDoesNotMatch"},
		{"session", presigned("GET", path+"/bk/k", "ASIATEMP", "x-amz-security-token:right\n", "/bk/k", time.Hour), 200, testAccount + " GET bk k"},
		{"session without token", presigned("GET", path+"/bk/k", "ASIATEMP", "", "/bk/k", time.Hour), 400, "InvalidToken"},
		{"session with a foreign token", presigned("GET", path+"/bk/k", "ASIATEMP", "x-amz-security-token:wrong\n", "/bk/k", time.Hour), 400, "InvalidToken"},
		{"session that is over", presigned("GET", path+"/bk/k", "ASIAPAST", "x-amz-security-token:right\n", "/bk/k", time.Hour), 400, "ExpiredToken"},
		{"long-term key with a token", presigned("GET", path+"/bk/k", "AKIAROOT", "x-amz-security-token:right\n", "/bk/k", time.Hour), 400, "InvalidToken"},
		{"no leave", presigned("GET", path+"/bk/k", "AKIAUSER", "", "/bk/k", time.Hour), 403, "is not authorized to perform: s3:GETObject"},
		{"unknown key", presigned("GET", path+"/bk/k", "AKIANOBODY", "", "/bk/k", time.Hour), 403, "InvalidAccessKeyId"},
		{"expired", presigned("GET", path+"/bk/k", "AKIAROOT", "", "/bk/k", 0), 403, "<Message>Request has expired</Message><Expires>2026-03-02T10:15:30Z</Expires>"},
		{"other key", presigned("GET", path+"/bk/other", "AKIAROOT", "", "/bk/k", time.Hour), 403, "SignatureDoesNotMatch"},
	} {
		*done = nil
		status, body, _ := w.call(c.r)
		got := strings.Join(*done, ", ")
		if status != c.status || c.status == 200 && got != c.want || c.status != 200 && (got != "" || !strings.Contains(body, c.want)) {
			t.Errorf("%s: %d %q %s", c.name, status, got, body)
		}
	}
}

// The older form opens S3 only: for every other service such a request is unsigned.
func TestOlderPresigned_otherService(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r := presigned("POST", "http://127.0.0.1:4700/", "AKIAROOT", "", "/", time.Hour)
	r.Header.Set("X-Amz-Target", "Notes.Put")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if status, body, _ := w.call(r); status != 400 || !strings.Contains(body, "MissingAuthenticationToken") {
		t.Errorf("%d %s", status, body)
	}
}
