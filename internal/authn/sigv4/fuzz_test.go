package sigv4_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

func FuzzParse_header(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential="+keyID+"/20260901/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature="+empty, "20260901T100000Z", "/")
	f.Add("AWS4-HMAC-SHA256 Credential=,,=,SignedHeaders=;;,Signature", "20260901", "/%2e%2e/?a=%zz&&=")
	f.Add("AWS a:b", "Tue, 01 Sep 2026 10:00:00 GMT", "http://h?x")
	f.Fuzz(func(t *testing.T, auth, date, target string) {
		r := &http.Request{Method: "GET", Host: "h", RequestURI: target, Header: http.Header{"Authorization": {auth}, "X-Amz-Date": {date}}}
		if target == "" {
			return
		}
		never(t, r)
	})
}

func FuzzParse_query(f *testing.F) {
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260901%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260901T100000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=" + empty)
	f.Add("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=-0&X-Amz-Credential=////&X-Amz-Date=00000000T000000Z&X-Amz-SignedHeaders=HOST&X-Amz-Signature=%")
	f.Fuzz(func(t *testing.T, query string) {
		never(t, &http.Request{Method: "GET", Host: "h", RequestURI: "/b/k?" + query, Header: http.Header{}})
	})
}

// never: whatever a stranger sends, it is refused with an *Error and nothing panics.
func never(t *testing.T, r *http.Request) {
	s, err := sigv4.Parse(r)
	if err == nil {
		for _, service := range []string{s.Service, "s3", "sts"} {
			if _, err = sigv4.New(1).Verify(r, s, secret, now, sigv4.Options{Service: service}); err == nil {
				t.Fatal("accepted")
			}
			if kindOf(err) == 0 {
				t.Fatalf("no kind: %v", err)
			}
		}
	}
	if kindOf(err) == 0 {
		t.Fatalf("no kind: %v", err)
	}
}

func FuzzBody_chunked(f *testing.F) {
	f.Add("6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:NjowIA==\r\n\r\n", true)
	f.Add("2;chunk-signature="+empty+"\r\nhi\r\n0;chunk-signature="+empty+"\r\n\r\n", false)
	f.Add("0\r\n\r\n", true)
	f.Add(strings.Repeat("0", 5000), true)
	unsigned := streamed(f, unsignedWord, 6, crc)
	signed := streamed(f, signedWord+"-TRAILER", 6, crc)
	f.Fuzz(func(t *testing.T, body string, free bool) {
		r := signed
		if free {
			r = unsigned
		}
		got, _, err := readAll(withBody(r, body), now)
		if len(got) > 6 {
			t.Fatalf("%d bytes of 6", len(got))
		}
		if err == nil && (!free || got != "hello\n" && sum("crc32", got) == "") {
			t.Fatal("accepted")
		}
		if err != nil && kindOf(err) == 0 {
			t.Fatalf("no kind: %v", err)
		}
	})
}
