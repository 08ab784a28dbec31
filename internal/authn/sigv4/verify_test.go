package sigv4_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// TestVerify_officialSigner: what the official Go signer signs is accepted, and one changed thing of it is not.
func TestVerify_officialSigner(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, url, body, service, region, token string
		header                                    []string
	}{
		"json":                {"POST", "http://127.0.0.1:4700/", `{"a":1}`, "cognito-idp", "us-east-1", "", []string{"X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools", "Content-Type", "application/x-amz-json-1.1"}},
		"session token":       {"POST", "http://h/", `{}`, "logs", "eu-west-1", "TOKEN==", nil},
		"rest with escapes":   {"GET", "http://h/identitypools/us-east-1%3Aabc/identities/us-east-1%3Ade%20f/datasets", "", "cognito-sync", "us-east-1", "", nil},
		"query order":         {"GET", "http://h/?b=2&a=1&a=0&A=3&e=&f", "", "sts", "us-east-1", "", nil},
		"query escapes":       {"GET", "http://h/?k=%20%2B%26%3D%C3%A9*'()~", "", "sts", "us-east-1", "", nil},
		"s3 key":              {"PUT", "http://h/b/a//../b%20c%2Bd/%28e%29", "data", "s3", "us-east-1", "", nil},
		"s3 unicode":          {"GET", "http://h/b/%C3%A9?list-type=2&prefix=x%2Fy", "", "s3", "us-east-1", "T", nil},
		"s3 unsigned payload": {"PUT", "https://h/b/k", "data", "s3", "us-east-1", "", []string{"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}},
		"folded header":       {"POST", "http://h/", "", "iam", "us-east-1", "", []string{"X-Amz-Meta-A", "  a   b  "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := sigv4.Options{Service: tc.service, Region: tc.region, Body: []byte(tc.body)}
			make := func() *http.Request {
				return sdkSign(t, tc.method, tc.url, tc.body, tc.service, tc.region, now, tc.token, tc.header...)
			}
			p, err := verify(make(), o, now.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if p.AccessKeyID != keyID || p.Service != tc.service || p.Region != tc.region || p.SessionToken != tc.token || p.Presigned {
				t.Errorf("proof %+v", p.Signature)
			}
			for change, f := range map[string]func(*http.Request, *sigv4.Options){
				"method":    func(r *http.Request, _ *sigv4.Options) { r.Method = "DELETE" },
				"path":      func(r *http.Request, _ *sigv4.Options) { r.RequestURI = "/x" + r.RequestURI },
				"query":     func(r *http.Request, _ *sigv4.Options) { r.RequestURI += "&z=1"; fixQuery(r) },
				"host":      func(r *http.Request, _ *sigv4.Options) { r.Host = "evil" },
				"date":      func(r *http.Request, _ *sigv4.Options) { r.Header.Set("X-Amz-Date", "20260901T100001Z") },
				"signature": func(r *http.Request, _ *sigv4.Options) { flip(r) },
				"body": func(r *http.Request, o *sigv4.Options) {
					o.Body = append(o.Body, 'x')
					r.Header.Set("X-Amz-Content-Sha256", digest("x"))
				},
				"new x-amz header": func(r *http.Request, _ *sigv4.Options) { r.Header.Set("X-Amz-Acl", "public-read") },
			} {
				r, o := make(), o
				f(r, &o)
				if _, err := verify(r, o, now); err == nil {
					t.Errorf("accepted with changed %s", change)
				}
			}
		})
	}
}

func fixQuery(r *http.Request) {
	if !strings.Contains(r.RequestURI, "?") {
		r.RequestURI = strings.Replace(r.RequestURI, "&", "?", 1)
	}
}

func flip(r *http.Request) {
	a := []byte(r.Header.Get("Authorization"))
	a[len(a)-1] ^= 1
	r.Header.Set("Authorization", string(a))
}

func TestVerify_officialPresigner(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ method, url, service, expires, token string }{
		"s3 get":        {"GET", "http://h:4700/b/k%20x?versionId=1", "s3", "3600", ""},
		"s3 with token": {"PUT", "http://h:4700/b/k", "s3", "604800", "TOK/EN+="},
		"sts":           {"GET", "http://h:4700/?Action=GetCallerIdentity&Version=2011-06-15", "sts", "60", ""},
		"sts for ever":  {"GET", "http://h:4700/?Action=GetCallerIdentity", "sts", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := sdkPresign(t, tc.method, tc.url, tc.service, "us-east-1", now, tc.expires, tc.token)
			p, err := verify(r, sigv4.Options{Service: tc.service}, now)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Presigned || p.SessionToken != tc.token {
				t.Errorf("proof %+v", p.Signature)
			}
			r.Method = "DELETE"
			if _, err := verify(r, sigv4.Options{Service: tc.service}, now); kindOf(err) != sigv4.Mismatch {
				t.Errorf("changed method: %v", err)
			}
		})
	}
}

// TestVerify_published holds the example of the S3 API reference for presigned requests.
func TestVerify_published(t *testing.T) {
	t.Parallel()
	r := request("GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", "")
	r.Host = "examplebucket.s3.amazonaws.com"
	when := time.Date(2013, 5, 24, 23, 59, 59, 0, time.UTC)
	if _, err := verify(r, sigv4.Options{Service: "s3", Region: "us-east-1"}, when); err != nil {
		t.Fatal(err)
	}
	_, err := verify(r, sigv4.Options{Service: "s3"}, when.Add(time.Second))
	if e, _ := err.(*sigv4.Error); kindOf(err) != sigv4.RequestExpired || e.Text(sigv4.S3) != "Request has expired" {
		t.Errorf("after its end: %v", err)
	}
}

func TestVerify_pathAndQueryAreWhatWasSigned(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ url, service, path, query string }{
		"s3 keeps dots and slashes":  {"http://h/b//x/../y", "s3", "/b//x/../y", ""},
		"s3 keeps an encoded slash":  {"http://h/b/x%2Fy", "s3", "/b/x%2Fy", ""},
		"s3 plus is a plus":          {"http://h/b/a+b", "s3", "/b/a%2Bb", ""},
		"encoded colon stays itself": {"http://h/a%3Ab", "cognito-sync", "/a%3Ab", ""},
		"plus in the query":          {"http://h/?v=a%2Bb", "sts", "/", "a+b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := sdkSign(t, "GET", tc.url, "", tc.service, "us-east-1", now, "")
			if tc.path == "/b/a%2Bb" {
				// the signer leaves the plus of its own path as it was; a client that escapes signs the escape
				r = sdkSign(t, "GET", "http://h/b/a%2Bb", "", tc.service, "us-east-1", now, "")
				r.RequestURI = "/b/a+b"
			}
			p, err := verify(r, sigv4.Options{Service: tc.service}, now)
			if err != nil {
				t.Fatal(err)
			}
			if p.Path != tc.path || p.Query.Get("v") != tc.query {
				t.Errorf("Path %q Query %v", p.Path, p.Query)
			}
		})
	}
}

func TestVerifier_cache(t *testing.T) {
	t.Parallel()
	v := sigv4.New(2)
	try := func(region, with string) error {
		r := sdkSign(t, "POST", "http://h/", "", "sts", region, now, "")
		s, err := sigv4.Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Verify(r, s, with, now, sigv4.Options{Service: "sts"})
		return err
	}
	for _, region := range []string{"a", "b", "c", "a", "a"} {
		if err := try(region, secret); err != nil {
			t.Fatal(err)
		}
	}
	if n := v.Keys(); n != 2 {
		t.Errorf("%d keys kept, want 2", n)
	}
	if err := try("a", "another secret"); kindOf(err) != sigv4.Mismatch {
		t.Errorf("cached key served another secret: %v", err)
	}
	if err := try("z", "another secret"); kindOf(err) != sigv4.Mismatch || v.Keys() != 2 {
		t.Errorf("unproved use entered the cache: %v", err)
	}
}

func TestVerifier_VerifyUnknown(t *testing.T) {
	t.Parallel()
	r := sdkSign(t, "POST", "http://h/", "", "sts", "us-east-1", now, "")
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	v := sigv4.New(1)
	if err := v.VerifyUnknown(r, s, now, sigv4.Options{Service: "sts"}); kindOf(err) != sigv4.UnknownKey {
		t.Error(err)
	}
	if err := v.VerifyUnknown(r, s, now.Add(time.Hour), sigv4.Options{Service: "sts"}); kindOf(err) != sigv4.TimeSkewed {
		t.Error(err)
	}
	if v.Keys() != 0 {
		t.Error("key kept")
	}
}

func BenchmarkVerify(b *testing.B) {
	r := sdkSign(b, "POST", "http://127.0.0.1:4700/", `{"a":1}`, "cognito-idp", "us-east-1", now, "", "X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools", "Content-Type", "application/x-amz-json-1.1")
	v := sigv4.New(0)
	o := sigv4.Options{Service: "cognito-idp", Body: []byte(`{"a":1}`)}
	b.ReportAllocs()
	for b.Loop() {
		s, err := sigv4.Parse(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Verify(r, s, secret, now, o); err != nil {
			b.Fatal(err)
		}
	}
}
