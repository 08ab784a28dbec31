package client

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// raw is one HTTP request that no SDK would send, and what must come back.
type raw struct {
	method, path string // POST and / if empty
	header       map[string]string
	body         string
	service      string // signing name; empty sends no signature
	// Ways to spoil the signature.
	key, secret string
	at          time.Duration // the request's time, from now
	after       func(*http.Request)
	// Answer.
	status int
	want   []string // parts of the answer
}

// send signs and sends a request and returns status, body and headers.
func (r raw) send(t *testing.T, s *harness.Server) (int, string) {
	t.Helper()
	method, path := r.method, r.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "/"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	if r.service != "" {
		creds := aws.Credentials{AccessKeyID: s.Key, SecretAccessKey: s.Secret}
		if r.key != "" {
			creds.AccessKeyID = r.key
		}
		if r.secret != "" {
			creds.SecretAccessKey = r.secret
		}
		sum := sha256.Sum256([]byte(r.body))
		hash := hex.EncodeToString(sum[:])
		if r.service == "s3" {
			req.Header.Set("X-Amz-Content-Sha256", hash)
		}
		err := v4.NewSigner().SignHTTP(t.Context(), creds, req, hash, r.service, s.Region, time.Now().Add(r.at), func(o *v4.SignerOptions) { o.DisableURIPathEscaping = r.service == "s3" })
		if err != nil {
			t.Fatal(err)
		}
	}
	if r.after != nil {
		r.after(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	var head bytes.Buffer
	_ = resp.Header.Write(&head) // to memory
	return resp.StatusCode, head.String() + string(body)
}

func target(name string) map[string]string {
	return map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": name}
}

const (
	idpTarget = "AWSCognitoIdentityProviderService."
	cbor      = "/service/GraniteServiceVersion20100801/operation/"
	unsigned  = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

var (
	form       = map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
	cborHeader = map[string]string{"Content-Type": "application/cbor", "Accept": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
	over1MB    = strings.Repeat("x", 1<<20+1)
	unknownKey = "AKIAIOSFODNN7EXAMPLE"
	otherKey   = strings.Repeat("k", 40)
)

// TestBadInput sends what no SDK sends. Each answer is AWS's error, and the server
// goes on as if nothing had been.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	store := s3.NewFromConfig(sdkConfig(s), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := store.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("raw-bucket")}); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]raw{
		"json: broken off":           {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":`, service: "cognito-idp", status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: no object":            {header: target(idpTarget + "ListUserPools"), body: `[1,2]`, service: "cognito-idp", status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: not JSON":             {header: target("CloudTrail_20131101.LookupEvents"), body: "\x00\xff\xfe", service: "cloudtrail", status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: text for a number":    {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":"ten"}`, service: "cognito-idp", status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: object for a text":    {header: target(idpTarget + "SignUp"), body: `{"ClientId":{"a":1},"Username":"x","Password":"y"}`, status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: very deep":            {header: target(idpTarget + "SignUp"), body: strings.Repeat(`{"a":`, 20000), status: 400, want: []string{`"__type":"SerializationException"`}},
		"json: unknown operation":    {header: target(idpTarget + "Nonsense"), body: `{}`, service: "cognito-idp", status: 400, want: []string{`"__type":"UnknownOperationException"`}},
		"json: unknown service":      {header: target("Nonsense_2013.Do"), body: `{}`, status: 404, want: []string{"UnknownOperationException"}},
		"json: too large":            {header: target(idpTarget + "SignUp"), body: over1MB, status: 413, want: []string{"RequestEntityTooLargeException"}},
		"json: no signature":         {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, status: 400, want: []string{`"__type":"MissingAuthenticationTokenException"`, "Missing Authentication Token"}},
		"json: other secret":         {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "cognito-idp", secret: otherKey, status: 400, want: []string{`"__type":"InvalidSignatureException"`, unsigned}},
		"json: unknown key":          {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "cognito-idp", key: unknownKey, status: 400, want: []string{`"__type":"UnrecognizedClientException"`, "The security token included in the request is invalid."}},
		"json: old signature":        {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "cognito-idp", at: -time.Hour, status: 400, want: []string{`"__type":"InvalidSignatureException"`, "Signature expired: "}},
		"json: signature of future":  {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "cognito-idp", at: time.Hour, status: 400, want: []string{`"__type":"InvalidSignatureException"`, "Signature not yet current: "}},
		"json: body changed":         {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "cognito-idp", after: rebody(`{"MaxResults":2}`), status: 400, want: []string{`"__type":"InvalidSignatureException"`, unsigned}},
		"json: other service's key":  {header: target(idpTarget + "ListUserPools"), body: `{"MaxResults":1}`, service: "iam", status: 400, want: []string{`"__type":"InvalidSignatureException"`}},
		"json: half a header":        {header: with(target(idpTarget+"ListUserPools"), "Authorization", "AWS4-HMAC-SHA256 Credential=x"), body: `{"MaxResults":1}`, status: 400, want: []string{`"__type":"IncompleteSignatureException"`}},
		"query: unknown action":      {header: form, body: "Action=Nonsense&Version=2010-05-08", service: "iam", status: 400, want: []string{"<Code>InvalidAction</Code>", "Could not find operation Nonsense for version 2010-05-08"}},
		"query: broken escape":       {header: form, body: "Action=GetUser&Version=2010-05-08&UserName=%zz", service: "iam", status: 400, want: []string{"<ErrorResponse"}},
		"query: text for a number":   {header: form, body: "Action=ListUsers&Version=2010-05-08&MaxItems=many", service: "iam", status: 400, want: []string{"<Type>Sender</Type>", "<Code>MalformedInput</Code>"}},
		"query: far list index":      {header: form, body: "Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.999999999.Key=x", service: "iam", status: 400, want: []string{"<Type>Sender</Type>"}},
		"query: too large":           {header: form, body: "Action=GetUser&Version=2010-05-08&UserName=" + over1MB, service: "iam", status: 413, want: []string{"<ErrorResponse"}},
		"query: no signature":        {header: form, body: "Action=GetUser&Version=2010-05-08", status: 403, want: []string{"<Code>MissingAuthenticationToken</Code>"}},
		"query: other secret":        {header: form, body: "Action=GetCallerIdentity&Version=2011-06-15", service: "sts", secret: otherKey, status: 403, want: []string{"<Code>SignatureDoesNotMatch</Code>", unsigned}},
		"query: unknown key":         {header: form, body: "Action=GetCallerIdentity&Version=2011-06-15", service: "sts", key: unknownKey, status: 403, want: []string{"<Code>InvalidClientTokenId</Code>", "The security token included in the request is invalid."}},
		"query: old signature":       {header: form, body: "Action=ListTopics&Version=2010-03-31", service: "sns", at: -time.Hour, status: 403, want: []string{"<Code>SignatureDoesNotMatch</Code>", "Signature expired: "}},
		"cbor: broken off":           {path: cbor + "DescribeAlarms", header: cborHeader, body: "\xa1\x6aAlarm", service: "monitoring", status: 400, want: []string{"SerializationException"}},
		"cbor: endless nesting":      {path: cbor + "DescribeAlarms", header: cborHeader, body: strings.Repeat("\x81", 100000), service: "monitoring", status: 400, want: []string{"SerializationException"}},
		"cbor: huge length":          {path: cbor + "DescribeAlarms", header: cborHeader, body: "\xbb\xff\xff\xff\xff\xff\xff\xff\xff", service: "monitoring", status: 400, want: []string{"SerializationException"}},
		"cbor: unknown operation":    {path: cbor + "Nonsense", header: cborHeader, body: "\xa0", service: "monitoring", status: 400, want: []string{"UnknownOperationException"}},
		"cbor: too large":            {path: cbor + "DescribeAlarms", header: cborHeader, body: over1MB, service: "monitoring", status: 413, want: []string{"RequestEntityTooLargeException"}},
		"cbor: other secret":         {path: cbor + "DescribeAlarms", header: cborHeader, body: "\xa0", service: "monitoring", secret: otherKey, status: 400, want: []string{"InvalidSignatureException"}},
		"s3: broken XML":             {path: "/raw-bucket?delete=", body: "<Delete><Object>", service: "s3", status: 400, want: []string{"<Code>MalformedXML</Code>", "The XML you provided was not well-formed or did not validate against our published schema"}},
		"s3: no such method":         {method: "PATCH", path: "/raw-bucket/x", service: "s3", status: 405, want: []string{"<Code>MethodNotAllowed</Code>"}},
		"s3: text for a number":      {method: "GET", path: "/raw-bucket?list-type=2&max-keys=many", service: "s3", status: 400, want: []string{"<Code>InvalidArgument</Code>"}},
		"s3: no signature":           {method: "PUT", path: "/raw-bucket/x", body: "x", status: 403, want: []string{"<Code>AccessDenied</Code>", "<Message>Access Denied</Message>"}},
		"s3: other secret":           {method: "GET", path: "/raw-bucket", service: "s3", secret: otherKey, status: 403, want: []string{"<Code>SignatureDoesNotMatch</Code>", "Check your key and signing method."}},
		"s3: unknown key":            {method: "GET", path: "/raw-bucket", service: "s3", key: unknownKey, status: 403, want: []string{"<Code>InvalidAccessKeyId</Code>"}},
		"s3: old signature":          {method: "GET", path: "/raw-bucket", service: "s3", at: -time.Hour, status: 403, want: []string{"<Code>RequestTimeTooSkewed</Code>", "The difference between the request time and the current time is too large."}},
		"s3: old URL, unknown key":   {method: "GET", path: "/raw-bucket/x?AWSAccessKeyId=" + unknownKey + "&Signature=AAAA&Expires=4102444800", status: 403, want: []string{"<Code>InvalidAccessKeyId</Code>"}},
		"s3: old URL, expired":       {method: "GET", path: "/raw-bucket/x?AWSAccessKeyId=" + unknownKey + "&Signature=AAAA&Expires=1000000000", status: 403, want: []string{"<Code>AccessDenied</Code>", "<Message>Request has expired</Message>"}},
		"s3: body changed":           {method: "PUT", path: "/raw-bucket/x", body: "true", service: "s3", after: rebody("fals"), status: 400, want: []string{"<Code>XAmzContentSHA256Mismatch</Code>"}},
		"s3: wrong checksum":         {method: "PUT", path: "/raw-bucket/x", body: "true", header: map[string]string{"Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="}, service: "s3", status: 400, want: []string{"<Code>BadDigest</Code>"}},
		"s3: path climbs":            {method: "GET", path: "/raw-bucket/..%2F..%2F..%2Froot-credentials", service: "s3", status: 404, want: []string{"<Code>NoSuchKey</Code>"}},
		"own: messages without key":  {method: "GET", path: "/_cogtrail/messages", status: 401, want: []string{"Www-Authenticate: Basic"}},
		"own: reset outside dev":     {path: "/_cogtrail/reset", status: 404},
		"nothing at all":             {method: "GET", path: "/", status: 403},
		"pool document of nobody":    {method: "GET", path: "/us-east-1_Nobody000/.well-known/jwks.json", status: 400, want: []string{"User pool us-east-1_Nobody000 does not exist."}},
		"json: body of another type": {header: with(target(idpTarget+"ListUserPools"), "Content-Type", "text/xml"), body: `<a/>`, service: "cognito-idp", status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := r.send(t, s)
			if status != r.status {
				t.Errorf("status %d, want %d\n%s", status, r.status, answer)
			}
			for _, w := range r.want {
				if !strings.Contains(answer, w) {
					t.Errorf("answer without %q:\n%s", w, answer)
				}
			}
			if !s.Healthy() {
				t.Error("the server is not healthy afterwards")
			}
		})
	}
}

func rebody(body string) func(*http.Request) {
	return func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body)) }
}

func with(h map[string]string, name, value string) map[string]string {
	h[name] = value
	return h
}

// TestPresigned plays with a presigned URL as its finder might.
func TestPresigned(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	ctx := t.Context()
	store := s3.NewFromConfig(sdkConfig(s), func(o *s3.Options) { o.UsePathStyle = true })
	bucket, key := aws.String("presigned"), aws.String("a/b c.txt")
	if _, err := store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{*key, "secret.txt"} {
		if _, err := store.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &k, Body: strings.NewReader(k)}); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := s3.NewPresignClient(store).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, s3.WithPresignExpires(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	alter := func(change func(*url.URL, url.Values)) string {
		u, err := url.Parse(signed.URL)
		if err != nil {
			t.Fatal("presigned URL does not parse")
		}
		q := u.Query()
		change(u, q)
		u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
		return u.String()
	}
	const mismatch = "<Code>SignatureDoesNotMatch</Code>"
	for _, c := range []struct {
		name, method, url string
		status            int
		want              string
	}{
		{"as it is", "GET", signed.URL, 200, "a/b c.txt"},
		{"a second time", "GET", signed.URL, 200, "a/b c.txt"},
		{"other method", "DELETE", signed.URL, 403, mismatch},
		{"other key", "GET", alter(func(u *url.URL, _ url.Values) { u.Path, u.RawPath = "/presigned/secret.txt", "" }), 403, mismatch},
		{"longer life", "GET", alter(func(_ *url.URL, q url.Values) { q.Set("X-Amz-Expires", "604800") }), 403, mismatch},
		{"too long a life", "GET", alter(func(_ *url.URL, q url.Values) { q.Set("X-Amz-Expires", "604801") }), 400, "<Code>AuthorizationQueryParametersError</Code>"},
		{"more parameters", "GET", alter(func(_ *url.URL, q url.Values) { q.Set("response-content-type", "text/html") }), 403, mismatch},
		{"earlier time", "GET", alter(func(_ *url.URL, q url.Values) {
			q.Set("X-Amz-Date", time.Now().Add(-time.Hour).UTC().Format("20060102T150405Z"))
		}), 403, "<Message>Request has expired</Message>"},
		{"no signature left", "GET", alter(func(_ *url.URL, q url.Values) { q.Del("X-Amz-Signature") }), 400, "<Code>AuthorizationQueryParametersError</Code>"},
	} {
		status, answer := raw{method: c.method, path: strings.TrimPrefix(c.url, s.URL)}.send(t, s)
		if status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%s: status %d, want %d and %s\n%.600s", c.name, status, c.status, c.want, answer)
		}
	}
}
