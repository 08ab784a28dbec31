package sigv4_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

const (
	keyID  = "AKIAIOSFODNN7EXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	empty  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

var now = time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)

func digest(b string) string { s := sha256.Sum256([]byte(b)); return hex.EncodeToString(s[:]) }

// request makes a server-side request as net/http would have read it.
func request(method, target, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if !strings.HasPrefix(target, "http") {
		r.Host = "localhost:4700"
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// received turns a request that the official signer has signed for sending into the one a server reads.
func received(t testing.TB, out *http.Request, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(out.Method, out.URL.RequestURI(), strings.NewReader(body))
	r.Host = out.URL.Host
	if out.Host != "" {
		r.Host = out.Host
	}
	r.Header = out.Header.Clone()
	r.ContentLength = int64(len(body))
	return r
}

func sdkSign(t testing.TB, method, rawURL, body, service, region string, when time.Time, token string, header ...string) *http.Request {
	t.Helper()
	out, err := http.NewRequest(method, rawURL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		out.Header.Set(header[i], header[i+1])
	}
	hash := digest(body)
	if service == "s3" {
		if h := out.Header.Get("X-Amz-Content-Sha256"); h != "" {
			hash = h
		} else {
			out.Header.Set("X-Amz-Content-Sha256", hash)
		}
	}
	err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token},
		out, hash, service, region, when, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	if err != nil {
		t.Fatal(err)
	}
	return received(t, out, body)
}

func sdkPresign(t testing.TB, method, rawURL, service, region string, when time.Time, expires string, token string, header ...string) *http.Request {
	t.Helper()
	out, err := http.NewRequest(method, rawURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		out.Header.Set(header[i], header[i+1])
	}
	if expires != "" {
		q := out.URL.Query()
		q.Set("X-Amz-Expires", expires)
		out.URL.RawQuery = q.Encode()
	}
	hash := empty
	if service == "s3" {
		hash = "UNSIGNED-PAYLOAD"
	}
	signed, h, err := v4.NewSigner().PresignHTTP(context.Background(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token},
		out, hash, service, region, when, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, u.RequestURI(), nil)
	r.Host = u.Host
	for k, v := range h {
		if k != "Host" {
			r.Header[k] = v
		}
	}
	return r
}

func verify(r *http.Request, o sigv4.Options, when time.Time) (*sigv4.Proof, error) {
	s, err := sigv4.Parse(r)
	if err != nil {
		return nil, err
	}
	return sigv4.New(8).Verify(r, s, secret, when, o)
}

// readAll verifies and reads an S3 body to its end.
func readAll(r *http.Request, when time.Time) (string, http.Header, error) {
	p, err := verify(r, sigv4.Options{Service: "s3"}, when)
	if err != nil {
		return "", nil, err
	}
	b, err := p.Body(r, 1<<20)
	if err != nil {
		return "", nil, err
	}
	text, err := io.ReadAll(b)
	return string(text), b.Trailer(), err
}

func kindOf(err error) sigv4.Kind {
	if e, ok := errors.AsType[*sigv4.Error](err); ok {
		return e.Kind
	}
	return 0
}

func hm(h func() hash.Hash, key []byte, s string) []byte {
	m := hmac.New(h, key)
	io.WriteString(m, s)
	return m.Sum(nil)
}

// streamer writes aws-chunked bodies by its own reading of the rules.
type streamer struct {
	key         []byte
	date, scope string
	previous    string
	out         bytes.Buffer
}

func newStreamer(r *http.Request, region string) *streamer {
	date := r.Header.Get("X-Amz-Date")
	key := []byte("AWS4" + secret)
	for _, s := range []string{date[:8], region, "s3", "aws4_request"} {
		key = hm(sha256.New, key, s)
	}
	_, seed, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	return &streamer{key: key, date: date, scope: date[:8] + "/" + region + "/s3/aws4_request", previous: seed}
}

func (s *streamer) chunk(data string) {
	s.previous = hex.EncodeToString(hm(sha256.New, s.key, "AWS4-HMAC-SHA256-PAYLOAD\n"+s.date+"\n"+s.scope+"\n"+s.previous+"\n"+empty+"\n"+digest(data)))
	fmt.Fprintf(&s.out, "%x;chunk-signature=%s\r\n%s", len(data), s.previous, data)
	if data != "" {
		s.out.WriteString("\r\n")
	}
}

func (s *streamer) trailer(line string) {
	s.previous = hex.EncodeToString(hm(sha256.New, s.key, "AWS4-HMAC-SHA256-TRAILER\n"+s.date+"\n"+s.scope+"\n"+s.previous+"\n"+digest(line+"\n")))
	fmt.Fprintf(&s.out, "%s\r\nx-amz-trailer-signature:%s\r\n", line, s.previous)
}

func (s *streamer) end() string { s.out.WriteString("\r\n"); return s.out.String() }

func withBody(r *http.Request, body string) *http.Request {
	c := r.Clone(context.Background())
	c.Body = io.NopCloser(strings.NewReader(body))
	c.ContentLength = -1
	return c
}
