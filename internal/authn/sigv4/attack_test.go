package sigv4_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

func code(err error, f sigv4.Family) (string, string) {
	e, ok := err.(*sigv4.Error)
	if !ok {
		return "", ""
	}
	c, _ := sigv4.CodeFor(e.Kind, f)
	return c, e.Text(f)
}

// TestAttack_everyPayloadWordNeedsTheSignature: no form of x-amz-content-sha256, with header or query credentials, skips the
// check (MinIO CVE-2025-31489, CVE-2026-40344, CVE-2026-41145).
func TestAttack_everyPayloadWordNeedsTheSignature(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"", empty, "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
		"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", "unsigned-payload", "STREAMING-", strings.ToUpper(empty), "x",
	} {
		set := func(r *http.Request) *http.Request {
			r.Header.Del("X-Amz-Content-Sha256")
			if word != "" {
				r.Header.Set("X-Amz-Content-Sha256", word)
				r.Header.Set("X-Amz-Decoded-Content-Length", "0")
			}
			return r
		}
		header := request("PUT", "/b/k", "", "X-Amz-Date", "20260901T100000Z", "Authorization",
			"AWS4-HMAC-SHA256 Credential="+keyID+"/20260901/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length, Signature="+empty)
		query := request("PUT", "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="+keyID+"%2F20260901%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260901T100000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-content-sha256%3Bx-amz-decoded-content-length&X-Amz-Signature="+empty, "")
		// a genuine presigned URL, with the word slipped in beside it
		slipped := sdkPresign(t, "PUT", "http://h/b/k", "s3", "us-east-1", now, "60", "")
		forms := map[string]*http.Request{"header": set(header), "query": set(query)}
		if word != "" {
			forms["slipped in"] = set(slipped)
		}
		for form, r := range forms {
			if _, err := verify(r, sigv4.Options{Service: "s3"}, now); kindOf(err) == 0 {
				t.Errorf("%s with %q: %v", form, word, err)
			}
		}
	}
}

func TestAttack_refusals(t *testing.T) {
	t.Parallel()
	const (
		credential = keyID + "/20260901/us-east-1/sts/aws4_request"
		good       = "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host;x-amz-date, Signature=" + empty
	)
	auth := func(a string, more ...string) *http.Request {
		return request("POST", "/", "", append([]string{"X-Amz-Date", "20260901T100000Z", "Authorization", a}, more...)...)
	}
	double := auth(good)
	double.Header.Add("Authorization", good)
	twoDates := auth(good)
	twoDates.Header.Add("X-Amz-Date", "20260901T100000Z")
	noHost := auth(strings.Replace(good, "host;", "", 1))
	for name, tc := range map[string]struct {
		r             *http.Request
		code, message string // of the query family
	}{
		"nothing":               {request("POST", "/", ""), "MissingAuthenticationToken", "Request is missing Authentication Token"},
		"header and query":      {func() *http.Request { r := auth(good); r.RequestURI = "/?X-Amz-Signature=1"; return r }(), "SignatureDoesNotMatch", ""},
		"two headers":           {double, "SignatureDoesNotMatch", ""},
		"two dates":             {twoDates, "IncompleteSignature", "'X-Amz-Date' must not be repeated."},
		"other scheme":          {auth("Bearer abc"), "IncompleteSignature", "Unsupported AWS 'algorithm': 'Bearer'."},
		"no equal sign":         {auth("AWS4-HMAC-SHA256 Credential"), "IncompleteSignature", "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential'."},
		"empty":                 {auth("AWS4-HMAC-SHA256"), "IncompleteSignature", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256"},
		"no date":               {request("POST", "/", "", "Authorization", good), "IncompleteSignature", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"},
		"host not signed":       {noHost, "SignatureDoesNotMatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		"unreadable date":       {auth(good, "X-Amz-Date", "2026-09-01"), "IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '2026-09-01'. See http://en.wikipedia.org/wiki/ISO_8601"},
		"too old":               {auth(good, "X-Amz-Date", "20260901T094459Z"), "SignatureDoesNotMatch", "Signature expired: 20260901T094459Z is now earlier than 20260901T094500Z (20260901T100000Z - 15 min.)"},
		"too new":               {auth(good, "X-Amz-Date", "20260901T101501Z"), "SignatureDoesNotMatch", "Signature not yet current: 20260901T101501Z is still later than 20260901T101500Z (20260901T100000Z + 15 min.)"},
		"four elements":         {auth(strings.Replace(good, "/sts", "", 1)), "IncompleteSignature", "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + keyID + "/20260901/us-east-1/aws4_request'"},
		"wrong service":         {auth(strings.Replace(good, "/sts", "/iam", 1)), "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "},
		"wrong region and end":  {auth(strings.Replace(strings.Replace(good, "us-east-1", "mars", 1), "aws4_request", "aws5", 1)), "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'mars'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "},
		"other day":             {auth(strings.Replace(good, "20260901", "20260831", 1)), "SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260831' != '20260901', from '20260901T100000Z'."},
		"wrong signature":       {auth(good), "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
		"unsigned target":       {auth(good, "X-Amz-Target", "x"), "SignatureDoesNotMatch", "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."},
		"signed header absent":  {auth(strings.Replace(good, "host;", "accept;host;", 1)), "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
		"overlong":              {auth(good + strings.Repeat(" ", 17<<10)), "IncompleteSignature", "Authorization header is longer than 16384 bytes."},
		"bad escape":            {func() *http.Request { r := auth(good); r.RequestURI = "/?a=%4"; return r }(), "MalformedQueryString", "Incomplete trailing escape % sequence"},
		"bad hex":               {func() *http.Request { r := auth(good); r.RequestURI = "/?a=%zz"; return r }(), "MalformedQueryString", "Illegal hex character in escape % pattern: %zz"},
		"query without alg":     {request("GET", "/?X-Amz-Signature=1", ""), "MissingAuthenticationToken", "Request is missing Authentication Token"},
		"query without a thing": {request("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", ""), "IncompleteSignature", "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		"path above root":       {func() *http.Request { r := auth(good); r.RequestURI = "/../x"; return r }(), "InvalidURI", ""},
		"encoded dots":          {func() *http.Request { r := auth(good); r.RequestURI = "/a/%2e%2e/x"; return r }(), "InvalidURI", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := verify(tc.r, sigv4.Options{Service: "sts", ValidRegion: func(r string) bool { return r == "us-east-1" }}, now)
			if c, m := code(err, sigv4.Query); c != tc.code || m != tc.message {
				t.Errorf("got %s %q\nwant %s %q", c, m, tc.code, tc.message)
			}
		})
	}
}

// TestAttack_presigned is row 3 of the attack list, with S3's words.
func TestAttack_presigned(t *testing.T) {
	t.Parallel()
	sign := func(expires string) *http.Request {
		return sdkPresign(t, "GET", "http://h/b/k", "s3", "us-east-1", now, expires, "")
	}
	edit := func(from, to string) *http.Request {
		r := sign("60")
		if !strings.Contains(r.RequestURI, from) {
			t.Fatalf("%q not in %s", from, r.RequestURI)
		}
		r.RequestURI = strings.Replace(r.RequestURI, from, to, 1)
		return r
	}
	withHeader := func(k, v string) *http.Request { r := sign("60"); r.Header.Set(k, v); return r }
	for name, tc := range map[string]struct {
		r             *http.Request
		when          time.Time
		code, message string
	}{
		"past its end":      {sign("60"), now.Add(time.Minute), "AccessDenied", "Request has expired"},
		"zero":              {sign("0"), now, "AccessDenied", "Request has expired"},
		"from the future":   {sign("60"), now.Add(-16 * time.Minute), "AccessDenied", "Request is not valid yet"},
		"above a week":      {sign("604801"), now, "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"},
		"negative":          {sign("-1"), now, "AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative"},
		"no number":         {sign("1e3"), now, "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"},
		"beyond integers":   {sign(strings.Repeat("9", 30)), now, "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"},
		"absent":            {sign(""), now, "AuthorizationQueryParametersError", "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."},
		"longer by hand":    {edit("X-Amz-Expires=60", "X-Amz-Expires=600"), now, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"wrong region":      {edit("us-east-1", "eu-west-1"), now, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'"},
		"wrong service":     {edit("%2Fs3%2F", "%2Fsts%2F"), now, "AuthorizationQueryParametersError", `Error parsing the X-Amz-Credential parameter; incorrect service "sts". This endpoint belongs to "s3".`},
		"other day":         {edit("%2F20260901%2F", "%2F20260902%2F"), now, "AuthorizationQueryParametersError", `Error parsing the X-Amz-Credential parameter; Invalid credential date "20260902". This date is not the same as X-Amz-Date: "20260901".`},
		"malformed":         {edit("%2Fs3%2F", "%2F"), now, "AuthorizationQueryParametersError", `Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`},
		"extra x-amz":       {withHeader("X-Amz-Acl", "public-read"), now, "AccessDenied", "There were headers present in the request which were not signed"},
		"second credential": {withHeader("Authorization", "AWS4-HMAC-SHA256 x=y"), now, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"},
		"other key":         {edit("/b/k", "/b//k"), now, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"dots added":        {edit("/b/k", "/b/x/../k"), now, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		"token slipped in":  {edit("X-Amz-Expires", "X-Amz-Security-Token=x&X-Amz-Expires"), now, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := verify(tc.r, sigv4.Options{Service: "s3", Region: "us-east-1"}, tc.when)
			if c, m := code(err, sigv4.S3); c != tc.code || m != tc.message {
				t.Errorf("got %s %q\nwant %s %q", c, m, tc.code, tc.message)
			}
		})
	}
}

// TestAttack_normalisation is row 4: a path that reads differently in check and route is either refused or changes the proof.
func TestAttack_normalisation(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/pools//a":      "/pools/a",
		"/pools/./a":     "/pools/a",
		"/x/../pools/a":  "/pools/a",
		"/pools/a/.":     "/pools/a/",
		"/pools%2Fa":     "",
		"/pools/%61":     "",
		"/pools/%2e/a":   "",
		"/pools/a%2F..":  "",
		"/pools/a/%2E%2": "",
	} {
		t.Run(sent, func(t *testing.T) {
			t.Parallel()
			target := "http://h/pools/a"
			if strings.HasSuffix(want, "/") {
				target += "/"
			}
			r := sdkSign(t, "GET", target, "", "cognito-sync", "us-east-1", now, "")
			r.RequestURI = sent
			p, err := verify(r, sigv4.Options{Service: "cognito-sync"}, now)
			if want == "" {
				if kindOf(err) == 0 {
					t.Errorf("accepted: %+v %v", p, err)
				}
				return
			}
			if err != nil || p.Path != want {
				t.Errorf("Path %+v, %v; want %q", p, err, want)
			}
		})
	}
}

func TestCodeFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		k      sigv4.Kind
		f      sigv4.Family
		code   string
		status int
	}{
		"json unknown key":     {sigv4.UnknownKey, sigv4.JSON, "UnrecognizedClientException", 400},
		"rest unknown key":     {sigv4.UnknownKey, sigv4.REST, "UnrecognizedClientException", 403},
		"query unknown key":    {sigv4.UnknownKey, sigv4.Query, "InvalidClientTokenId", 403},
		"s3 unknown key":       {sigv4.UnknownKey, sigv4.S3, "InvalidAccessKeyId", 403},
		"json mismatch":        {sigv4.Mismatch, sigv4.JSON, "InvalidSignatureException", 400},
		"s3 clock":             {sigv4.TimeSkewed, sigv4.S3, "RequestTimeTooSkewed", 403},
		"query clock":          {sigv4.TimeSkewed, sigv4.Query, "SignatureDoesNotMatch", 403},
		"json missing":         {sigv4.MissingToken, sigv4.JSON, "MissingAuthenticationTokenException", 400},
		"rest incomplete":      {sigv4.IncompleteSignature, sigv4.REST, "IncompleteSignatureException", 403},
		"query incomplete":     {sigv4.IncompleteSignature, sigv4.Query, "IncompleteSignature", 400},
		"rest throttled":       {sigv4.Throttled, sigv4.REST, "TooManyRequestsException", 429},
		"s3 expired token":     {sigv4.ExpiredToken, sigv4.S3, "ExpiredToken", 400},
		"json unknown action":  {sigv4.UnknownOperation, sigv4.JSON, "UnknownOperationException", 400},
		"query unknown action": {sigv4.UnknownOperation, sigv4.Query, "InvalidAction", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c, s := sigv4.CodeFor(tc.k, tc.f); c != tc.code || s != tc.status {
				t.Errorf("got %s %d", c, s)
			}
		})
	}
	for k := sigv4.MissingToken; k <= sigv4.MalformedBody; k++ {
		for f := sigv4.JSON; f <= sigv4.S3; f++ {
			if c, s := sigv4.CodeFor(k, f); c == "" || s < 400 {
				t.Errorf("kind %d family %d has no answer", k, f)
			}
		}
	}
	if m := sigv4.InvalidClientTokenID("AKIA").Text(sigv4.JSON); m != "The security token included in the request is invalid." {
		t.Error(m)
	}
}
