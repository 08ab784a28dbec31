package sigv2_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/authn/sigv2"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// Whatever a stranger sends, it is refused with a *sigv4.Error and nothing panics; what may become a header is one.
func FuzzParse(f *testing.F) {
	f.Add("/b/k?AWSAccessKeyId=A&Signature=S&Expires=1788260400", "x-amz-acl", "private")
	f.Add("/b/k?Signature=%&Expires=99999999999999999999&x-amz-=%0a&&=", "", "")
	f.Add("http://h?AWSAccessKeyId&uploads&versionId==&X-Amz-Meta-%C3%A9=1", "Authorization", "AWS a:b")
	f.Fuzz(func(t *testing.T, target, name, value string) {
		if target == "" {
			return
		}
		r := &http.Request{Method: "GET", Host: "h", RequestURI: target, Header: http.Header{http.CanonicalHeaderKey(name): {value}}}
		if !sigv2.IsSigned(r) {
			return
		}
		s, err := sigv2.Parse(r)
		if err == nil {
			for key, values := range s.Headers {
				if !strings.HasPrefix(key, "X-Amz-") || key != http.CanonicalHeaderKey(key) || strings.ContainsAny(key+values[0], "\r\n\x00") {
					t.Fatalf("header %q: %q", key, values)
				}
			}
			err = sigv2.Verify(r, s, secret, "", now)
		}
		if _, ok := errors.AsType[*sigv4.Error](err); !ok {
			t.Fatalf("got %v", err)
		}
	})
}
