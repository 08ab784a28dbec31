package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm     = "AWS4-HMAC-SHA256"
	terminator    = "aws4_request"
	basicISO      = "20060102T150405Z"
	maxAuthLength = 16 << 10
	// MaxExpires is the longest life of a presigned request.
	MaxExpires = 7 * 24 * time.Hour
)

// Signature is what a request says about its own signing. Nothing in it is proved.
type Signature struct {
	AccessKeyID   string
	Date          string // day of the scope, YYYYMMDD
	Region        string
	Service       string // signing name
	Terminator    string
	SignedHeaders []string // lower-case, sorted, each once
	Hex           string   // the signature as given
	SessionToken  string   // empty for long-term keys
	Time          time.Time
	Presigned     bool
	Expires       time.Duration // presigned only; -1 if not given
	PayloadHash   string        // x-amz-content-sha256 of header or query; empty if absent

	params   []param
	rawDate  string // as in the string to sign
	rawPath  string
	rawScope string
}

// Scope is DATE/REGION/SERVICE/TERMINATOR.
func (s *Signature) Scope() string { return s.rawScope }

// IsSigned tells whether a request carries credentials of this kind at all, well-formed or not. A request with another
// Authorization scheme (Bearer, Basic) does not.
func IsSigned(r *http.Request) bool {
	for _, h := range r.Header["Authorization"] {
		if strings.HasPrefix(h, "AWS") {
			return true
		}
	}
	_, q := rawTarget(r)
	ps, err := parseQuery(q)
	return err == nil && hasQueryAuth(ps)
}

func hasQueryAuth(ps []param) bool {
	for _, p := range ps {
		switch p.name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature":
			return true
		}
	}
	return false
}

// Parse reads the signature of a request without checking it, so that service and Region are known to the router. Errors are
// *Error with AWS's texts, found in AWS's order.
func Parse(r *http.Request) (*Signature, error) {
	s, err := parse(r)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func parse(r *http.Request) (*Signature, *Error) {
	path, query := rawTarget(r)
	ps, err := parseQuery(query)
	if err != nil {
		return nil, err
	}
	auth := r.Header["Authorization"]
	byQuery := hasQueryAuth(ps)
	switch {
	case len(auth) > 1, len(auth) == 1 && byQuery:
		return nil, fail(MultipleAuth, "").inS3("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified")
	case len(auth) == 0 && !byQuery, len(auth) == 1 && auth[0] == "":
		return nil, missing()
	}
	s := &Signature{params: ps, rawPath: path, Expires: -1}
	var credential, signed, date string
	if byQuery {
		s.Presigned = true
		credential, signed, date, err = s.fromQuery(r)
	} else {
		credential, signed, date, err = s.fromHeader(r, auth[0])
	}
	if err != nil {
		return nil, err
	}
	if err := s.setHeaders(signed); err != nil {
		return nil, err
	}
	if err := s.setTime(date); err != nil {
		return nil, err
	}
	return s, s.setCredential(credential)
}

func missing() *Error {
	return fail(MissingToken, "Request is missing Authentication Token").inS3("Access Denied")
}

func (s *Signature) fromHeader(r *http.Request, h string) (credential, signed, date string, err *Error) {
	if len(h) > maxAuthLength {
		return "", "", "", fail(IncompleteSignature, "Authorization header is longer than %d bytes.", maxAuthLength)
	}
	alg, rest, _ := strings.Cut(h, " ")
	if alg != algorithm {
		return "", "", "", fail(UnsupportedAlgorithm, "Unsupported AWS 'algorithm': '%s'.", alg).
			inS3("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	}
	var hasC, hasH, hasS bool
	for part := range strings.SplitSeq(rest, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		k, v, ok := strings.Cut(part, "=")
		if !ok {
			return "", "", "", fail(IncompleteSignature, "'%s' not a valid key=value pair (missing equal-sign) in Authorization header: '%s'.", part, h)
		}
		switch k { // the last of a repeated one wins
		case "Credential":
			credential, hasC = v, true
		case "SignedHeaders":
			signed, hasH = v, true
		case "Signature":
			s.Hex, hasS = v, true
		}
	}
	dates := r.Header["X-Amz-Date"]
	if len(dates) == 0 {
		dates = r.Header["Date"]
	}
	var absent []string
	if !hasC {
		absent = append(absent, "Authorization header requires 'Credential' parameter.")
	}
	if !hasS {
		absent = append(absent, "Authorization header requires 'Signature' parameter.")
	}
	if !hasH {
		absent = append(absent, "Authorization header requires 'SignedHeaders' parameter.")
	}
	if len(dates) == 0 || dates[0] == "" {
		absent = append(absent, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if absent != nil {
		return "", "", "", fail(IncompleteSignature, "%s Authorization=%s", strings.Join(absent, " "), algorithm)
	}
	// a repeated header has no single meaning
	for _, name := range []string{"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"} {
		if len(r.Header[name]) > 1 {
			return "", "", "", fail(IncompleteSignature, "'%s' must not be repeated.", name)
		}
	}
	s.SessionToken = r.Header.Get("X-Amz-Security-Token")
	s.PayloadHash = r.Header.Get("X-Amz-Content-Sha256")
	return credential, signed, dates[0], nil
}

func (s *Signature) fromQuery(r *http.Request) (credential, signed, date string, err *Error) {
	get := func(name string) string { v, _ := first(s.params, name); return v }
	if alg := get("X-Amz-Algorithm"); alg != algorithm {
		words := queryNeeds
		if alg != "" {
			words = `X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"`
		}
		return "", "", "", fail(WrongQueryAlgorithm, "Request is missing Authentication Token").inS3("%s", words)
	}
	credential, signed, date, s.Hex = get("X-Amz-Credential"), get("X-Amz-SignedHeaders"), get("X-Amz-Date"), get("X-Amz-Signature")
	var absent []string
	for _, p := range []struct{ name, value string }{
		{"X-Amz-Credential", credential}, {"X-Amz-Signature", s.Hex}, {"X-Amz-SignedHeaders", signed}, {"X-Amz-Date", date},
	} {
		if p.value == "" {
			absent = append(absent, "AWS query-string parameters must include '"+p.name+"'.")
		}
	}
	if absent != nil {
		return "", "", "", fail(IncompleteQuery, "%s Re-examine the query-string parameters.", strings.Join(absent, " ")).inS3(queryNeeds)
	}
	if text, ok := first(s.params, "X-Amz-Expires"); ok {
		if err := s.setExpires(text); err != nil {
			return "", "", "", err
		}
	}
	// A header beside the query form may repeat what the query says but not contradict it; it must be signed like any x-amz-*.
	for _, p := range []struct {
		name string
		to   *string
	}{{"X-Amz-Security-Token", &s.SessionToken}, {"X-Amz-Content-Sha256", &s.PayloadHash}} {
		*p.to = get(p.name)
		for _, h := range r.Header[p.name] {
			if *p.to != "" && *p.to != h {
				return "", "", "", mismatch()
			}
			*p.to = h
		}
	}
	return credential, signed, date, nil
}

const queryNeeds = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."

func (s *Signature) setExpires(text string) *Error {
	bad := func(m string) *Error { return fail(InvalidExpires, "%s", m) }
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || len(digits) > 18 || strings.Trim(digits, "0123456789") != "" {
		return bad("X-Amz-Expires should be a number")
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return bad("X-Amz-Expires should be a number")
	case n < 0:
		return bad("X-Amz-Expires must be non-negative")
	case n > int64(MaxExpires/time.Second):
		return bad("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	s.Expires = time.Duration(n) * time.Second
	return nil
}

func (s *Signature) setHeaders(list string) *Error {
	names := strings.Split(strings.ToLower(list), ";")
	slices.Sort(names)
	s.SignedHeaders = slices.Compact(names)
	if !s.signs("host") && !s.signs(":authority") {
		return fail(HostNotSigned, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.").
			inS3(headersNotSigned).with("HeadersNotSigned", "host")
	}
	return nil
}

func (s *Signature) signs(name string) bool {
	_, ok := slices.BinarySearch(s.SignedHeaders, name)
	return ok
}

func (s *Signature) setTime(text string) *Error {
	t, err := time.Parse(basicISO, text)
	stamp := text
	if err != nil && !s.Presigned {
		t, err = http.ParseTime(text) // only a Date header may have this form
		stamp = t.UTC().Format(basicISO)
	}
	if err != nil || len(stamp) != len(basicISO) || t.Year() < 1 {
		return fail(InvalidDate, "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", text).
			inS3("AWS authentication requires a valid Date or x-amz-date header")
	}
	s.Time, s.rawDate = t, stamp
	return nil
}

func (s *Signature) setCredential(text string) *Error {
	p := strings.Split(text, "/")
	if len(p) != 5 || p[0] == "" {
		kind, words := MalformedCredential, `The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`
		if s.Presigned {
			kind, words = IncompleteQuery, `Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`
		}
		return fail(kind, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", text).inS3("%s", words)
	}
	s.AccessKeyID, s.Date, s.Region, s.Service, s.Terminator = p[0], p[1], p[2], p[3], p[4]
	s.rawScope = text[len(p[0])+1:]
	return nil
}
