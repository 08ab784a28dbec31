package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// route is one operation's place in a REST API.
type route struct {
	op       *schema.Operation
	method   string
	segments []string          // {Label}, {Label+} or text
	query    map[string]string // literal parameters of the template; "" = present
	headers  []string          // required header members tell operations of one place apart
	params   []string          // required query members
}

// routes sorts a service's operations so that the most specific come first.
func routes(s *schema.Service) []route {
	var out []route
	for _, o := range s.Operations {
		path, query, _ := strings.Cut(o.URI, "?")
		rt := route{op: o, method: o.Method, segments: split(path), query: make(map[string]string)}
		for _, p := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' }) {
			k, v, _ := strings.Cut(p, "=")
			rt.query[k] = v
		}
		if o.Input != nil {
			for _, m := range o.Input.Members {
				switch {
				case m.Required && m.Location == "header":
					rt.headers = append(rt.headers, m.LocationName)
				case m.Required && m.Location == "querystring":
					rt.params = append(rt.params, m.LocationName)
				}
			}
		}
		out = append(out, rt)
	}
	slices.SortStableFunc(out, func(a, b route) int { return b.weight() - a.weight() })
	return out
}

func (r *route) weight() int {
	n := 16*len(r.query) + 4*(len(r.headers)+len(r.params))
	for _, s := range r.segments {
		if !strings.HasPrefix(s, "{") {
			n++
		}
	}
	return n
}

func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// match finds the operation of a request; path is escaped.
func match(rs []route, r *http.Request, path string) (*schema.Operation, map[string]string) {
	q := r.URL.Query()
	for i := range rs {
		rt := &rs[i]
		if rt.method != r.Method || !rt.fits(r, q) {
			continue
		}
		if labels, ok := rt.labels(path); ok {
			return rt.op, labels
		}
	}
	return nil, nil
}

func (r *route) fits(req *http.Request, q url.Values) bool {
	for k, v := range r.query {
		if !q.Has(k) || (v != "" && q.Get(k) != v) {
			return false
		}
	}
	for _, p := range r.params {
		if !q.Has(p) {
			return false
		}
	}
	for _, h := range r.headers {
		if req.Header.Get(h) == "" {
			return false
		}
	}
	return true
}

// labels matches the path; a greedy label takes the rest with its slashes.
func (r *route) labels(path string) (map[string]string, bool) {
	rest := strings.TrimPrefix(path, "/")
	labels := make(map[string]string, len(r.segments))
	for i, seg := range r.segments {
		if strings.HasSuffix(seg, "+}") {
			v, err := url.PathUnescape(rest)
			if err != nil || v == "" {
				return nil, false
			}
			labels[seg[1:len(seg)-2]] = v
			return labels, true
		}
		part, after, more := strings.Cut(rest, "/")
		if part == "" {
			return nil, false
		}
		if strings.HasPrefix(seg, "{") {
			v, err := url.PathUnescape(part)
			if err != nil {
				return nil, false
			}
			labels[seg[1:len(seg)-1]] = v
		} else if seg != part {
			return nil, false
		}
		rest = after
		if !more && i < len(r.segments)-1 {
			return nil, false
		}
	}
	return labels, rest == ""
}
