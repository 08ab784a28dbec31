package sigv2

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

const (
	keyParam       = "AWSAccessKeyId"
	signatureParam = "Signature"
	expiresParam   = "Expires"

	amzPrefix   = "x-amz-"
	tokenHeader = "X-Amz-Security-Token"
	// targetHeader names an operation of other protocols. It is signed if it is there but never taken from a query.
	targetHeader = "X-Amz-Target"

	// maxParams bounds the parameters of a query, maxExpires the digits of a time.
	maxParams  = 1024
	maxExpires = 12
)

// Signature is what a URL says about its own signing. Nothing in it is proved.
type Signature struct {
	AccessKeyID  string
	SessionToken string // of query or header; empty for long-term keys
	Expires      time.Time
	// Headers are the x-amz-* parameters of the query. The request must be handled as if it carried them as headers.
	Headers http.Header

	given     string // the signature, base64
	expires   string // as signed
	path      string // escaped, as sent
	amz       map[string]string
	resources []param
}

// param is one decoded parameter. bare tells that it came without an equals sign, which is signed as it came.
type param struct {
	name, value string
	bare        bool
}

// IsSigned tells whether a request carries credentials of this kind, well-formed or not.
func IsSigned(r *http.Request) bool {
	if q := query(r); !strings.Contains(q, keyParam) && !strings.Contains(q, signatureParam) {
		return false
	}
	ps, err := params(r)
	return err == nil && slices.ContainsFunc(ps, func(p param) bool { return p.name == keyParam || p.name == signatureParam })
}

// Parse reads the signature of a request for which IsSigned is true, without checking it. The error is a *sigv4.Error.
func Parse(r *http.Request) (*Signature, error) {
	s, err := parse(r)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func parse(r *http.Request) (*Signature, *sigv4.Error) {
	ps, err := params(r)
	if err != nil {
		return nil, err
	}
	if len(r.Header["Authorization"]) > 0 {
		return nil, fail(sigv4.MultipleAuth, onlyOne)
	}
	s := &Signature{path: path(r), Headers: make(http.Header), amz: make(map[string]string)}
	counts := make(map[string]int, 3)
	for _, p := range ps {
		switch p.name {
		case keyParam:
			s.AccessKeyID = p.value
		case signatureParam:
			s.given = p.value
		case expiresParam:
			s.expires = p.value
		default:
			if isSubResource(p.name) {
				s.resources = append(s.resources, p)
			}
			if err := s.lift(p); err != nil {
				return nil, err
			}
			continue
		}
		counts[p.name]++
	}
	for _, name := range []string{keyParam, signatureParam, expiresParam} {
		// A repeated parameter has no single meaning.
		if counts[name] != 1 {
			return nil, fail(sigv4.MissingToken, queryNeeds)
		}
	}
	if s.AccessKeyID == "" || s.given == "" || s.expires == "" {
		return nil, fail(sigv4.MissingToken, queryNeeds)
	}
	if err := s.addHeaders(r.Header); err != nil {
		return nil, err
	}
	s.SessionToken = s.amz[strings.ToLower(tokenHeader)]
	seconds, bad := strconv.ParseInt(s.expires, 10, 64)
	if bad != nil || len(s.expires) > maxExpires || seconds < 0 {
		return nil, fail(sigv4.InvalidDate, "Invalid date (should be seconds since epoch): "+s.expires) // (inferred)
	}
	s.Expires = time.Unix(seconds, 0).UTC()
	return s, nil
}

// lift takes an x-amz-* parameter for the header it stands for.
func (s *Signature) lift(p param) *sigv4.Error {
	name := strings.ToLower(p.name)
	if !strings.HasPrefix(name, amzPrefix) {
		return nil
	}
	if strings.HasPrefix(p.name, "X-Amz-") && isVersion4(p.name) {
		return fail(sigv4.MultipleAuth, onlyOne)
	}
	if _, twice := s.amz[name]; twice || !isHeaderName(name) || strings.ContainsAny(p.value, "\r\n\x00") {
		return mismatch()
	}
	s.amz[name] = strings.TrimSpace(p.value)
	if key := http.CanonicalHeaderKey(name); key != targetHeader {
		s.Headers[key] = []string{s.amz[name]}
	}
	return nil
}

// addHeaders adds the x-amz-* headers sent. One may repeat what the query says but not contradict it.
func (s *Signature) addHeaders(h http.Header) *sigv4.Error {
	for key, values := range h {
		name := strings.ToLower(key)
		if !strings.HasPrefix(name, amzPrefix) {
			continue
		}
		trimmed := make([]string, len(values))
		for i, v := range values {
			trimmed[i] = strings.TrimSpace(v)
		}
		joined := strings.Join(trimmed, ",")
		if had, ok := s.amz[name]; ok && had != joined {
			return mismatch()
		}
		s.amz[name] = joined
	}
	return nil
}

func isVersion4(name string) bool {
	switch name {
	case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature":
		return true
	}
	return false
}

func isHeaderName(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// query is the raw query as received: the request line wins over r.URL, which a handler may have rewritten.
func query(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.RawQuery
	}
	_, q, _ := strings.Cut(r.RequestURI, "?")
	return q
}

// path is the escaped path as received.
func path(r *http.Request) string {
	p, _, _ := strings.Cut(r.RequestURI, "?")
	if r.RequestURI == "" {
		p = r.URL.EscapedPath()
	}
	if _, after, ok := strings.Cut(p, "://"); ok && !strings.HasPrefix(p, "/") {
		_, p, _ = strings.Cut(after, "/") // absolute form, as sent to proxies
		p = "/" + p
	}
	if p == "" {
		return "/"
	}
	return p
}

// params decodes the query once. A '+' stays a plus sign.
func params(r *http.Request) ([]param, *sigv4.Error) {
	raw := query(r)
	if strings.Count(raw, "&") >= maxParams {
		return nil, fail(sigv4.MalformedQuery, badURI)
	}
	var ps []param
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		n, v, assigned := strings.Cut(part, "=")
		name, err := url.PathUnescape(n)
		if err != nil {
			return nil, fail(sigv4.MalformedQuery, badURI)
		}
		value, err := url.PathUnescape(v)
		if err != nil {
			return nil, fail(sigv4.MalformedQuery, badURI)
		}
		ps = append(ps, param{name, value, !assigned})
	}
	return ps, nil
}
