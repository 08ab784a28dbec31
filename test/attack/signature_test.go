package attack

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cogtrail/cogtrail/test/server"
)

// payloadForm is one way to send the five bytes "hello".
type payloadForm struct {
	word, body string
	chunked    bool
}

func payloadForms() []payloadForm {
	const trailer = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	sig := ";chunk-signature=" + strings.Repeat("0", 64)
	return []payloadForm{
		{"UNSIGNED-PAYLOAD", "hello", false}, {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer, true},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "5" + sig + "\r\nhello\r\n0" + sig + "\r\n\r\n", true},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "5" + sig + "\r\nhello\r\n0" + sig + "\r\nx-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:" + strings.Repeat("0", 64) + "\r\n\r\n", true},
		{"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", trailer, true}, {"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", trailer, true},
		{server.Hash([]byte("hello")), "hello", false}, {strings.ToUpper(server.Hash([]byte("hello"))), "hello", false},
		{server.Hash([]byte("other")), "hello", false}, {"", "hello", false}, {"unsigned-payload", "hello", false}, {"garbage", "hello", false},
		{"STREAMING-UNSIGNED-PAYLOAD", trailer, true}, {"UNSIGNED-PAYLOAD,UNSIGNED-PAYLOAD", "hello", false},
	}
}

// putRequest is an unsigned PUT in a form.
func putRequest(t *testing.T, key string, f payloadForm) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "PUT", srv.URL+"/"+trail.Data+"/"+key, strings.NewReader(f.body))
	if err != nil {
		t.Fatal(err)
	}
	if f.word != "" {
		req.Header.Set("X-Amz-Content-Sha256", f.word)
	}
	if f.chunked {
		req.Header.Set("Content-Encoding", "aws-chunked")
		req.Header.Set("X-Amz-Decoded-Content-Length", "5")
		req.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
	}
	return req
}

// presign moves a signature into the query.
func presign(req *http.Request, c server.Credentials, payload, service, region string, at time.Time, expires string) error {
	q := req.URL.Query()
	if expires != "" {
		q.Set("X-Amz-Expires", expires)
	}
	req.URL.RawQuery = q.Encode()
	uri, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).PresignHTTP(
		context.Background(), aws.Credentials{AccessKeyID: c.ID, SecretAccessKey: c.Secret, SessionToken: c.Token}, req, payload, service, region, at)
	if err != nil {
		return err
	}
	req.URL, err = url.Parse(uri)
	return err
}

// spoil are ways to break a signature that was made with the wrong secret already.
var spoil = map[string]func(*http.Request){
	"wrong secret": func(*http.Request) {},
	"empty signature": func(r *http.Request) {
		cut(r, "Signature=", "")
	},
	"zero signature":  func(r *http.Request) { cut(r, "Signature=", strings.Repeat("0", 64)) },
	"short signature": func(r *http.Request) { cut(r, "Signature=", "00") },
	"unknown key":     func(r *http.Request) { swap(r, srv.Root.ID, "AKIAIOSFODNN7EXAMPLE") },
	"empty key":       func(r *http.Request) { swap(r, "Credential="+srv.Root.ID, "Credential=") },
	"no algorithm":    func(r *http.Request) { swap(r, "AWS4-HMAC-SHA256", "AWS4-NONE") },
}

// swap replaces a text in the Authorization header and in the query.
func swap(r *http.Request, from, to string) {
	if a := r.Header.Get("Authorization"); a != "" {
		r.Header.Set("Authorization", strings.ReplaceAll(a, from, to))
	}
	r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, from, to)
}

// cut replaces everything after a name to the end or the next parameter.
func cut(r *http.Request, name, to string) {
	replace := func(s, end string) string {
		i := strings.Index(s, name)
		if i < 0 {
			return s
		}
		head, tail := s[:i+len(name)], s[i+len(name):]
		_, rest, found := strings.Cut(tail, end)
		if found {
			return head + to + end + rest
		}
		return head + to
	}
	if a := r.Header.Get("Authorization"); a != "" {
		r.Header.Set("Authorization", replace(a, ","))
	}
	r.URL.RawQuery = replace(r.URL.RawQuery, "&")
}

// Every form of payload with every way to authenticate and a signature that is
// none: the form never stands in for the signature.
func TestAttack01_UnsignedTrailer_CVE_2025_31489(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	forged := server.Credentials{ID: srv.Root.ID, Secret: "not-the-secret-of-root-not-the-secret-of"}
	for i, f := range payloadForms() {
		for how, spoiled := range spoil {
			for _, place := range []string{"header", "query", "both"} {
				key := fmt.Sprintf("a01/%d-%s", i, url.PathEscape(how+place))
				req := putRequest(t, key, f)
				if place != "header" {
					p.must(presign(req, forged, f.word, "s3", server.Region, time.Now(), "60"))
				}
				if place != "query" {
					p.must(server.Sign(req, forged, f.word, "s3", time.Now()))
				}
				spoiled(req)
				a, err := srv.Do(req)
				if p.refused(f.word+" "+how+" in "+place, a, err) {
					p.absent(key)
				}
			}
		}
	}
	// Chunks whose seed is right and whose own signatures are not.
	for i, f := range payloadForms() {
		if !strings.HasPrefix(f.word, "STREAMING-AWS4") {
			continue
		}
		key := fmt.Sprintf("a01/chunk%d", i)
		req := putRequest(t, key, f)
		p.must(server.Sign(req, srv.Root, f.word, "s3", time.Now()))
		a, err := srv.Do(req)
		p.refused("chunk signatures of "+f.word, a, err)
		p.absent(key)
	}
	// The same forms with a right signature do work, or the above proves nothing.
	for i, f := range payloadForms()[:2] {
		req := putRequest(t, fmt.Sprintf("a01/good%d", i), f)
		p.must(server.Sign(req, srv.Root, f.word, "s3", time.Now()))
		a, err := srv.Do(req)
		p.must(err)
		p.must(a.Err())
	}
}

// Headers and parameters that are not signed must not change what is done.
func TestAttack02_UnsignedHeaders(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	p.put("a02/source", "secret source")
	for _, h := range [][2]string{
		{"X-Amz-Copy-Source", "/" + trail.Data + "/a02/source"}, {"X-Amz-Acl", "public-read"}, {"X-Amz-Meta-Owner", "me"}, {"X-Amz-Tagging", "a=b"},
		{"X-Amz-Storage-Class", "GLACIER"}, {"X-Amz-Security-Token", "x"}, {"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"},
		{"X-Amz-Date", time.Now().UTC().Add(time.Minute).Format("20060102T150405Z")}, {"X-Amz-Server-Side-Encryption", "aws:kms"},
		{"X-Amz-Website-Redirect-Location", "https://evil.example/"}, {"X-Amz-Mfa", "1 2"}, {"X-Amz-Bypass-Governance-Retention", "true"},
	} {
		for _, query := range []bool{false, true} {
			key := "a02/" + name("x")
			req := putRequest(t, key, payloadForm{word: server.Hash([]byte("hello")), body: "hello"})
			if query {
				p.must(presign(req, srv.Root, server.Hash([]byte("hello")), "s3", server.Region, time.Now(), "60"))
			} else {
				p.must(server.Sign(req, srv.Root, server.Hash([]byte("hello")), "s3", time.Now()))
			}
			req.Header.Set(h[0], h[1])
			a, err := srv.Do(req)
			p.refused(fmt.Sprintf("%s added after signing, in query: %t", h[0], query), a, err)
			p.absent(key)
		}
	}
	// A signature that leaves out host is good for any server.
	for _, list := range []string{"x-amz-content-sha256;x-amz-date", "x-amz-date", "", "hostt;x-amz-date"} {
		req := putRequest(t, "a02/host", payloadForm{word: "UNSIGNED-PAYLOAD", body: "hello"})
		p.must(server.Sign(req, srv.Root, "UNSIGNED-PAYLOAD", "s3", time.Now()))
		cut(req, "SignedHeaders=", list)
		a, err := srv.Do(req)
		p.refused("signed headers "+list, a, err)
	}
	// The host that was signed is another server's.
	req := putRequest(t, "a02/host", payloadForm{word: "UNSIGNED-PAYLOAD", body: "hello"})
	p.must(server.Sign(req, srv.Root, "UNSIGNED-PAYLOAD", "s3", time.Now()))
	req.Host = "other.example"
	a, err := srv.Do(req)
	p.refused("other host", a, err, "SignatureDoesNotMatch")
	// Parameters added to a signed query change the call.
	for _, q := range []string{"acl", "policy", "versionId=1", "partNumber=1&uploadId=x", "delete", "X-Amz-Expires=600"} {
		req := putRequest(t, "a02/query", payloadForm{word: "UNSIGNED-PAYLOAD", body: "hello"})
		p.must(presign(req, srv.Root, "UNSIGNED-PAYLOAD", "s3", server.Region, time.Now(), "60"))
		req.URL.RawQuery += "&" + q
		a, err := srv.Do(req)
		p.refused("parameter "+q+" added", a, err)
	}
	p.absent("a02/host")
	p.absent("a02/query")
}

// Presigned URLs outside their time, scope, method or query.
func TestAttack03_PresignedURLs(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	p.put("a03", "the content")
	now := time.Now()
	day := func(d time.Duration) string { return now.Add(d).UTC().Format("20060102") }
	for _, c := range []struct {
		name            string
		at              time.Time
		expires         string
		service, region string
		change          func(*http.Request)
		code            string
	}{
		{"expired", now.Add(-time.Hour), "60", "s3", "", nil, "AccessDenied"},
		{"expired by a second", now.Add(-61 * time.Second), "60", "s3", "", nil, "AccessDenied"},
		{"zero seconds", now.Add(-2 * time.Second), "0", "s3", "", nil, "AccessDenied"},
		{"a week and a second", now, "604801", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"negative", now, "-1", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"no number", now, "ten", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"overflow", now, "18446744073709551617", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"plus sign", now, "+60", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"no expiry", now, "", "s3", "", nil, "AuthorizationQueryParametersError"},
		{"future", now.Add(16 * time.Minute), "60", "s3", "", nil, "AccessDenied"},
		{"other service", now, "60", "ec2", "", nil, ""},
		{"scope of yesterday", now, "60", "s3", "", func(r *http.Request) { swap(r, "%2F"+day(0)+"%2F", "%2F"+day(-24*time.Hour)+"%2F") }, "AuthorizationQueryParametersError"},
		{"other Region in the scope", now, "60", "s3", "", func(r *http.Request) { swap(r, "us-east-1", "us-west-2") }, "SignatureDoesNotMatch"},
		{"other terminator", now, "60", "s3", "", func(r *http.Request) { swap(r, "aws4_request", "aws5_request") }, "AuthorizationQueryParametersError"},
		{"longer expiry", now, "60", "s3", "", func(r *http.Request) { swap(r, "X-Amz-Expires=60", "X-Amz-Expires=600") }, "SignatureDoesNotMatch"},
		{"two expiries", now, "60", "s3", "", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Expires=6000" }, ""},
		{"DELETE", now, "60", "s3", "", func(r *http.Request) { r.Method = "DELETE" }, "SignatureDoesNotMatch"},
		{"HEAD", now, "60", "s3", "", func(r *http.Request) { r.Method = "HEAD" }, ""},
		{"other key", now, "60", "s3", "", func(r *http.Request) { r.URL.Path += "x" }, "SignatureDoesNotMatch"},
		{"case of parameters", now, "60", "s3", "", func(r *http.Request) { swap(r, "X-Amz-Signature", "x-amz-signature") }, ""},
		{"semicolon", now, "60", "s3", "", func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "&", ";", 1) }, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/"+trail.Data+"/a03", nil)
		p.must(err)
		region := c.region
		if region == "" {
			region = server.Region
		}
		p.must(presign(req, srv.Root, "UNSIGNED-PAYLOAD", c.service, region, c.at, c.expires))
		if c.change != nil {
			c.change(req)
		}
		a, err := srv.Do(req)
		var codes []string
		if c.code != "" {
			codes = []string{c.code}
		}
		p.refused(c.name, a, err, codes...)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/"+trail.Data+"/a03", nil)
	p.must(err)
	p.must(presign(req, srv.Root, "UNSIGNED-PAYLOAD", "s3", server.Region, now, "60"))
	if a, err := srv.Do(req); err != nil || string(a.Body) != "the content" {
		t.Errorf("a good URL is refused: %v %+v", err, a)
	}
}

// Replays after the clock window, and paths that one reader folds and another does not.
func TestAttack04_Paths_CVE_2026_33494(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	for _, d := range []time.Duration{-16 * time.Minute, 16 * time.Minute, -24 * time.Hour, 365 * 24 * time.Hour} {
		for _, service := range []string{"s3", idp, "iam"} {
			var req *http.Request
			var body []byte
			var err error
			if service == "s3" {
				req, err = http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/"+trail.Data, nil)
			} else {
				req, body, err = srv.Request(t.Context(), service, map[string]string{idp: "ListUserPools", "iam": "ListUsers"}[service],
					map[string]any{idp: map[string]any{"MaxResults": 1}, "iam": url.Values{}}[service])
			}
			p.must(err)
			req.Header.Set("X-Amz-Content-Sha256", server.Hash(body))
			p.must(server.Sign(req, srv.Root, server.Hash(body), service, time.Now().Add(d)))
			a, err := srv.Do(req)
			p.refused(fmt.Sprintf("%s signed %v off", service, d), a, err, "RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch")
		}
	}
	// A user who may read public/ only, and a client that signs what it sends.
	p.put("a04/secret", "the secret of a04")
	_, c := p.user(allow(`["s3:GetObject","s3:PutObject","s3:DeleteObject"]`, "arn:aws:s3:::"+trail.Data+"/a04/public/*"))
	for _, path := range []string{
		"a04/secret", "a04/public/../secret", "a04/public/%2e%2e/secret", "a04/public/%2E%2E/secret", "a04/public/..%2fsecret", "a04/public/%2e%2e%2fsecret",
		"a04/public/%252e%252e/secret", "a04/public//../secret", "a04/public/./../secret", "a04/public/..;/secret", "a04/public/..\\secret",
		"a04/public/..%5csecret", "a04//secret", "/a04/secret", "./a04/secret", "a04/public/..%00/secret", "a04/secret%00", "a04/secret/", "a04%2fsecret",
		"a04/secret?x=/a04/public/", "a04/secret%3f", "a04/secret%23", "a04/public/%c0%ae%c0%ae/secret", "a04/public/%e2%80%a5/secret", "x/../../" + trail.Data + "/a04/secret",
	} {
		for _, method := range []string{"GET", "HEAD", "DELETE", "PUT"} {
			req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/"+trail.Data+"/"+path, bytes.NewReader(nil))
			if err != nil {
				continue // no such URL
			}
			req.Header.Set("X-Amz-Content-Sha256", server.Hash(nil))
			p.must(server.Sign(req, c, server.Hash(nil), "s3", time.Now()))
			a, err := srv.Do(req)
			p.n++
			if err == nil && a.Status/100 == 5 {
				t.Errorf("%s %s: answer %d", method, path, a.Status)
			}
			if err == nil && strings.Contains(string(a.Body), "the secret of a04") {
				t.Errorf("%s %s shows the secret", method, path)
			}
		}
	}
	// Signed for one path, sent to another that means the same to someone.
	for _, path := range []string{"//" + trail.Data + "/a04/secret", "/" + trail.Data + "/./a04/secret", "/" + trail.Data + "/a04/x/../secret", "/" + trail.Data + "/a04/%73ecret", "/" + trail.Data + "/a04%2Fsecret"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/"+trail.Data+"/a04/secret", nil)
		p.must(err)
		req.Header.Set("X-Amz-Content-Sha256", server.Hash(nil))
		p.must(server.Sign(req, c, server.Hash(nil), "s3", time.Now()))
		req.URL, err = url.Parse(srv.URL + path)
		p.must(err)
		a, err := srv.Do(req)
		p.refused("sent to "+path, a, err)
	}
	a, err := srv.S3(t.Context(), &srv.Root, "GET", "/"+trail.Data+"/a04/secret", nil, nil)
	if err != nil || string(a.Body) != "the secret of a04" {
		t.Errorf("the secret was changed: %v", err)
	}
}

// Temporary keys without, with a wrong, and with a foreign token; and a session
// policy, which only ever takes away.
func TestAttack05_SessionPolicy_CVE_2025_62506(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	who, long := p.user(allow(`"*"`, "*"))
	a, err := p.call(&long, "sts", "GetSessionToken", url.Values{})
	p.must(err)
	p.must(a.Err())
	temp := credentials(a)
	a, err = p.call(&long, "sts", "GetSessionToken", url.Values{})
	p.must(err)
	other := credentials(a)
	with := func(c server.Credentials, token string) *server.Credentials { c.Token = token; return &c }
	for variant, c := range map[string]*server.Credentials{
		"no token": with(temp, ""), "foreign token": with(temp, other.Token), "short token": with(temp, temp.Token[:len(temp.Token)-1]),
		"long token": with(temp, temp.Token+"A"), "garbage": with(temp, "x"), "token of a long-term key": with(long, temp.Token), "upper case": with(temp, strings.ToUpper(temp.Token)),
		"blank": with(temp, " "), "token twice": with(temp, temp.Token+","+temp.Token),
	} {
		for _, service := range []string{idp, "iam", "sts", "s3"} {
			var a *server.Answer
			var err error
			switch service {
			case idp:
				a, err = p.call(c, idp, "ListUserPools", map[string]any{"MaxResults": 1})
			case "iam":
				a, err = p.call(c, "iam", "ListUsers", url.Values{})
			case "sts":
				a, err = p.call(c, "sts", "GetCallerIdentity", url.Values{})
			default:
				a, err = srv.S3(t.Context(), c, "GET", "/"+trail.Data, nil, nil)
			}
			p.refused(service+" with "+variant, a, err)
		}
	}
	role := name("role")
	p.root("iam", "CreateRole", url.Values{"RoleName": {role}, "AssumeRolePolicyDocument": {fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:user/%s"},"Action":"sts:AssumeRole"}]}`, server.Account, who)}})
	p.root("iam", "PutRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"p"}, "PolicyDocument": {allow(`"*"`, "*")}})
	arn := "arn:aws:iam::" + server.Account + ":role/" + role
	pool := p.pool(nil)
	for i, policy := range []string{
		allow(`"s3:GetObject"`, "*"), allow(`"cognito-idp:DescribeUserPool"`, "*"), allow(`"cognito-idp:*"`, "arn:aws:cognito-idp:us-east-1:"+server.Account+":userpool/us-east-1_other0000"),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`, `{"Version":"2012-10-17","Statement":[]}`,
	} {
		a, err := p.call(&long, "sts", "AssumeRole", url.Values{"RoleArn": {arn}, "RoleSessionName": {"s" + strconv.Itoa(i)}, "Policy": {policy}})
		p.must(err)
		if a.Status != 200 { // refused as malformed: nothing is given out
			p.n++
			continue
		}
		c := credentials(a)
		for _, call := range []struct {
			operation string
			in        map[string]any
		}{
			{"ListUsers", map[string]any{"UserPoolId": pool.ID}}, {"DeleteUserPool", map[string]any{"UserPoolId": pool.ID}},
			{"AdminCreateUser", map[string]any{"UserPoolId": pool.ID, "Username": "evil"}},
		} {
			a, err := p.call(&c, idp, call.operation, call.in)
			p.recorded(fmt.Sprintf("session policy %d: %s", i, call.operation), a, err, "AccessDeniedException")
		}
	}
	// A role that nobody gave, and one made anew: its former sessions are nobody's.
	a, err = p.call(&long, "sts", "AssumeRole", url.Values{"RoleArn": {arn}, "RoleSessionName": {"old"}})
	p.must(err)
	p.must(a.Err())
	old := credentials(a)
	_, stranger := p.user(allow(`"*"`, "*"))
	a, err = p.call(&stranger, "sts", "AssumeRole", url.Values{"RoleArn": {arn}, "RoleSessionName": {"stranger"}})
	p.recorded("a role that trusts another", a, err, "AccessDenied")
	p.root("iam", "DeleteRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"p"}})
	p.root("iam", "DeleteRole", url.Values{"RoleName": {role}})
	a, err = p.call(&old, idp, "ListUserPools", map[string]any{"MaxResults": 1})
	p.refused("session of a deleted role", a, err)
	p.root("iam", "CreateRole", url.Values{"RoleName": {role}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}})
	p.root("iam", "PutRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"p"}, "PolicyDocument": {allow(`"*"`, "*")}})
	a, err = p.call(&old, idp, "ListUserPools", map[string]any{"MaxResults": 1})
	p.refused("session of a role made anew", a, err)
	p.settle()
}
