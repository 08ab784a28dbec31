package sigv2_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv2"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

var now = time.Date(2026, 9, 1, 10, 30, 0, 0, time.UTC)

// received makes a request as net/http would have read it.
func received(t testing.TB, method, text string, header ...string) *http.Request {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, u.RequestURI(), nil)
	r.Host = u.Host
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func verify(r *http.Request, bucket string, at time.Time) (*sigv2.Signature, error) {
	if !sigv2.IsSigned(r) {
		return nil, errors.New("not signed")
	}
	s, err := sigv2.Parse(r)
	if err != nil {
		return nil, err
	}
	return s, sigv2.Verify(r, s, secret, bucket, at)
}

func refused(t *testing.T, err error, kind sigv4.Kind) *sigv4.Error {
	t.Helper()
	e, ok := errors.AsType[*sigv4.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want kind %d", err, kind)
	}
	return e
}

// TestVerify_botocore: what botocore signs is accepted, and one changed thing of it is not.
func TestVerify_botocore(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			s, err := verify(received(t, v.method, v.url, v.header...), v.bucket, now)
			if err != nil {
				t.Fatal(err)
			}
			if s.AccessKeyID != keyID || !s.Expires.Equal(now.Add(30*time.Minute)) {
				t.Errorf("read as %+v", s)
			}
			for change, f := range map[string]func() (*http.Request, string){
				"method": func() (*http.Request, string) {
					return received(t, "PATCH", v.url, v.header...), v.bucket
				},
				"key": func() (*http.Request, string) {
					return received(t, v.method, strings.Replace(v.url, "?", "x?", 1), v.header...), v.bucket
				},
				"bucket of host": func() (*http.Request, string) {
					return received(t, v.method, v.url, v.header...), v.bucket + "x"
				},
				"expiry": func() (*http.Request, string) {
					return received(t, v.method, strings.Replace(v.url, "1788260400", "1788260401", 1), v.header...), v.bucket
				},
				"signature": func() (*http.Request, string) {
					return received(t, v.method, strings.Replace(v.url, "Signature=", "Signature=A", 1), v.header...), v.bucket
				},
				"new header": func() (*http.Request, string) {
					return received(t, v.method, v.url, append(v.header, "X-Amz-Storage-Class", "GLACIER")...), v.bucket
				},
				"new header in the query": func() (*http.Request, string) {
					return received(t, v.method, v.url+"&x-amz-storage-class=GLACIER", v.header...), v.bucket
				},
				"content type": func() (*http.Request, string) {
					return received(t, v.method, v.url, append(v.header, "Content-Type", "a/b")...), v.bucket
				},
				"operation": func() (*http.Request, string) { return received(t, v.method, v.url+"&tagging", v.header...), v.bucket },
				"escaped operation": func() (*http.Request, string) {
					return received(t, v.method, v.url+"&%74agging", v.header...), v.bucket
				},
				"younger operation": func() (*http.Request, string) {
					return received(t, v.method, v.url+"&attributes", v.header...), v.bucket
				},
				"header of an answer": func() (*http.Request, string) {
					return received(t, v.method, v.url+"&response-expires=1", v.header...), v.bucket
				},
			} {
				r, bucket := f()
				if _, err := verify(r, bucket, now); err == nil {
					t.Errorf("accepted with changed %s", change)
				} else if e, ok := errors.AsType[*sigv4.Error](err); !ok || e.Kind != sigv4.Mismatch {
					t.Errorf("changed %s: %v", change, err)
				}
			}
		})
	}
}

func find(t *testing.T, name string) vector {
	t.Helper()
	for _, v := range vectors {
		if v.name == name {
			return v
		}
	}
	t.Fatalf("no vector %s", name)
	return vector{}
}

func TestVerify_expiry(t *testing.T) {
	t.Parallel()
	v := find(t, "get")
	end := time.Date(2026, 9, 1, 11, 0, 0, 0, time.UTC)
	if _, err := verify(received(t, v.method, v.url), "", end.Add(-time.Second)); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	for _, at := range []time.Time{end, end.Add(time.Hour)} {
		_, err := verify(received(t, v.method, v.url), "", at)
		e := refused(t, err, sigv4.RequestExpired)
		want := []sigv4.Field{{Name: "Expires", Value: "2026-09-01T11:00:00Z"}, {Name: "ServerTime", Value: at.Format(time.RFC3339)}}
		if e.Text(sigv4.S3) != "Request has expired" || len(e.Fields) != 2 || e.Fields[0] != want[0] || e.Fields[1] != want[1] {
			t.Errorf("%q %v", e.Text(sigv4.S3), e.Fields)
		}
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	const whole = "http://h/b/k?AWSAccessKeyId=A&Signature=S&Expires=1788260400"
	for name, c := range map[string]struct {
		url     string
		header  []string
		kind    sigv4.Kind
		message string
	}{
		"no expiry":           {"http://h/b/k?AWSAccessKeyId=A&Signature=S", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"no signature":        {"http://h/b/k?AWSAccessKeyId=A&Expires=1", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"no key":              {"http://h/b/k?Signature=A&Expires=1", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"empty key":           {"http://h/b/k?AWSAccessKeyId=&Signature=A&Expires=1", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"two expiries":        {whole + "&Expires=9", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"two keys":            {whole + "&AWSAccessKeyId=B", nil, sigv4.MissingToken, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"},
		"words for a time":    {"http://h/b/k?AWSAccessKeyId=A&Signature=S&Expires=1h", nil, sigv4.InvalidDate, "Invalid date (should be seconds since epoch): 1h"},
		"negative time":       {"http://h/b/k?AWSAccessKeyId=A&Signature=S&Expires=-1", nil, sigv4.InvalidDate, "Invalid date (should be seconds since epoch): -1"},
		"time without end":    {"http://h/b/k?AWSAccessKeyId=A&Signature=S&Expires=1788260400000", nil, sigv4.InvalidDate, "Invalid date (should be seconds since epoch): 1788260400000"},
		"header as well":      {whole, []string{"Authorization", "Bearer x"}, sigv4.MultipleAuth, "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"},
		"Version 4 as well":   {whole + "&X-Amz-Signature=x", nil, sigv4.MultipleAuth, "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"},
		"contradicting token": {whole + "&x-amz-security-token=a", []string{"X-Amz-Security-Token", "b"}, sigv4.Mismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"repeated parameter":  {whole + "&x-amz-acl=a&X-Amz-Acl=a", nil, sigv4.Mismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"line in a header":    {whole + "&x-amz-acl=a%0Ab", nil, sigv4.Mismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"line in a name":      {whole + "&x-amz-acl%0A=b", nil, sigv4.Mismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sigv2.Parse(received(t, "GET", c.url, c.header...))
			if e := refused(t, err, c.kind); e.Text(sigv4.S3) != c.message {
				t.Errorf("says %q", e.Text(sigv4.S3))
			}
		})
	}
}

func TestIsSigned(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"": false, "?Expires=1": false, "?prefix=Signature": false, "?X-Amz-Signature=a": false, "?Signature=a": true, "?AWSAccessKeyId=a": true,
		"?%53ignature=a": false, // no signer writes it so; other parameters are refused as they are without it
	} {
		if got := sigv2.IsSigned(received(t, "GET", "http://h/b/k"+query)); got != want {
			t.Errorf("%q is %t", query, got)
		}
	}
}

func TestParse_headers(t *testing.T) {
	t.Parallel()
	v := find(t, "put meta")
	s, err := verify(received(t, v.method, v.url+"&X-Amz-Target=Service.Operation", v.header...), "", now)
	refused(t, err, sigv4.Mismatch)
	if len(s.Headers) != 3 || s.Headers.Get("X-Amz-Acl") != "private" || s.Headers.Get("X-Amz-Meta-A") != "x  y" || s.Headers.Get("X-Amz-Target") != "" {
		t.Errorf("headers are %v", s.Headers)
	}
	// The gateway sets the headers before it verifies; sending them as well is the same.
	r := received(t, v.method, v.url, "X-Amz-Acl", "private", "X-Amz-Meta-A", "x  y", "X-Amz-Meta-Z", "1")
	if _, err := verify(r, "", now); err != nil {
		t.Errorf("with the headers sent as well: %v", err)
	}
	token := find(t, "token")
	if s, err := verify(received(t, token.method, token.url), "", now); err != nil || s.SessionToken != "TOKEN/+==" {
		t.Errorf("session token %+v, %v", s, err)
	}
	without := strings.Replace(token.url, "&x-amz-security-token=TOKEN%2F%2B%3D%3D", "", 1)
	_, err = verify(received(t, token.method, without), "", now)
	refused(t, err, sigv4.Mismatch)
	if s, err := verify(received(t, token.method, without, "X-Amz-Security-Token", "TOKEN/+=="), "", now); err != nil || s.SessionToken != "TOKEN/+==" {
		t.Errorf("session token as header: %+v, %v", s, err)
	}
}

func TestVerify_listing(t *testing.T) {
	t.Parallel()
	v := find(t, "list")
	if _, err := verify(received(t, v.method, v.url+"&continuation-token=x&max-keys=2"), "", now); err != nil {
		t.Errorf("the next page of a listing: %v", err)
	}
}

func TestVerify_explains(t *testing.T) {
	t.Parallel()
	v := find(t, "uploads")
	_, err := verify(received(t, "PUT", v.url), "", now)
	e := refused(t, err, sigv4.Mismatch)
	got := map[string]string{}
	for _, f := range e.Fields {
		got[f.Name] = f.Value
	}
	if got["AWSAccessKeyId"] != keyID || got["SignatureProvided"] != "Jm/A4ZzNpDj0CYPWPemPNr7ml/Q=" || got["StringToSign"] != "PUT\n\n\n1788260400\n/b-1/k?uploads" ||
		!strings.HasPrefix(got["StringToSignBytes"], "50 55 54 0a ") {
		t.Errorf("fields %v", got)
	}
	if code, status := sigv4.CodeFor(e.Kind, sigv4.S3); code != "SignatureDoesNotMatch" || status != 403 {
		t.Errorf("%s %d", code, status)
	}
}

func TestVerifyUnknown(t *testing.T) {
	t.Parallel()
	v := find(t, "get")
	r := received(t, v.method, v.url)
	s, err := sigv2.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	e := refused(t, sigv2.VerifyUnknown(r, s, "", now), sigv4.UnknownKey)
	if e.Text(sigv4.S3) != "The AWS Access Key Id you provided does not exist in our records." || e.Fields[0] != (sigv4.Field{Name: "AWSAccessKeyId", Value: keyID}) {
		t.Errorf("%q %v", e.Text(sigv4.S3), e.Fields)
	}
	refused(t, sigv2.VerifyUnknown(r, s, "", now.Add(time.Hour)), sigv4.RequestExpired)
}
