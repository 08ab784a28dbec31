package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// param is one decoded name and value of a query, in the order received.
type param struct{ name, value string }

// maxParams bounds the parameters of a query; more are refused as malformed before sorting.
const maxParams = 4096

// rawTarget gives path and query exactly as received. The request line wins over r.URL, which a handler may have rewritten.
func rawTarget(r *http.Request) (path, query string) {
	if r.RequestURI == "" { // a request not read from a connection
		return r.URL.EscapedPath(), r.URL.RawQuery
	}
	t := r.RequestURI
	if !strings.HasPrefix(t, "/") {
		// absolute form, as sent to proxies: the host is in r.Host already
		if _, after, ok := strings.Cut(t, "://"); ok {
			if i := strings.IndexAny(after, "/?"); i < 0 {
				t = "/"
			} else {
				t = after[i:]
			}
		}
	}
	path, query, _ = strings.Cut(t, "?")
	return path, query
}

// parseQuery decodes a raw query. A '+' stays a plus sign, so that the canonical form and the meaning cannot differ.
func parseQuery(raw string) ([]param, *Error) {
	if raw == "" {
		return nil, nil
	}
	if strings.Count(raw, "&") >= maxParams {
		return nil, fail(MalformedQuery, "Too many query parameters")
	}
	var ps []param
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		n, v, _ := strings.Cut(part, "=")
		name, err := unescape(n, MalformedQuery)
		if err != nil {
			return nil, err
		}
		value, err := unescape(v, MalformedQuery)
		if err != nil {
			return nil, err
		}
		ps = append(ps, param{name, value})
	}
	return ps, nil
}

// first gives the first value of a name; AWS ignores repetitions.
func first(ps []param, name string) (string, bool) {
	for i := range ps {
		if ps[i].name == name {
			return ps[i].value, true
		}
	}
	return "", false
}

func values(ps []param) url.Values {
	v := make(url.Values, len(ps))
	for _, p := range ps {
		v[p.name] = append(v[p.name], p.value)
	}
	return v
}

// QueryOf decodes the query of an unsigned request by the rules signed ones are verified with. The error is an *Error of kind
// MalformedQuery.
func QueryOf(r *http.Request) (url.Values, error) {
	_, raw := rawTarget(r)
	ps, err := parseQuery(raw)
	if err != nil {
		return nil, err
	}
	return values(ps), nil
}

// appendCanonicalQuery encodes, sorts and joins all parameters but the signature.
func appendCanonicalQuery(b []byte, ps []param) []byte {
	enc := make([]param, 0, len(ps))
	for _, p := range ps {
		if p.name == "X-Amz-Signature" {
			continue
		}
		enc = append(enc, param{string(appendEscaped(nil, p.name)), string(appendEscaped(nil, p.value))})
	}
	slices.SortStableFunc(enc, func(x, y param) int {
		if c := strings.Compare(x.name, y.name); c != 0 {
			return c
		}
		return strings.Compare(x.value, y.value)
	})
	for i, p := range enc {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

const upperHex = "0123456789ABCDEF"

// appendEscaped encodes everything but the unreserved characters of RFC 3986.
func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~' {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}

func unescape(s string, kind Kind) (string, *Error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fail(kind, "Incomplete trailing escape %% sequence").inS3("Couldn't parse the specified URI.")
		}
		hi, lo := unhex(s[i+1]), unhex(s[i+2])
		if hi > 15 || lo > 15 {
			return "", fail(kind, "Illegal hex character in escape %% pattern: %%%s", s[i+1:i+3]).inS3("Couldn't parse the specified URI.")
		}
		b = append(b, hi<<4|lo)
		i += 2
	}
	return string(b), nil
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}
