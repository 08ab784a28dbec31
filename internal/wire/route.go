package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// router finds the operation of a REST service by method, path and query.
type router struct {
	routes []route // most specific first
	// flags are the query parameters without value that select an operation,
	// such as uploads or policy. One that the found operation does not know makes
	// the request another's, one we have no model of.
	flags map[string]bool
}

// route is one operation's URI template: /{Bucket}/{Key+}?uploads.
type route struct {
	op       *schema.Operation
	segments []segment
	query    [][2]string // literal parameters; an empty value asks for presence only
	required []string    // query members without which it is another operation
	knows    map[string]bool
	copies   bool // wants x-amz-copy-source
}

type segment struct {
	literal string
	label   string
	greedy  bool
}

func newRouter(s *schema.Service) *router {
	r := &router{flags: make(map[string]bool)}
	for _, o := range s.Operations {
		rt := newRoute(o)
		for _, q := range rt.query {
			if q[1] == "" {
				r.flags[q[0]] = true
			}
		}
		for _, name := range rt.required {
			r.flags[name] = true
		}
		r.routes = append(r.routes, rt)
	}
	slices.SortStableFunc(r.routes, compareRoutes)
	return r
}

func newRoute(o *schema.Operation) route {
	path, query, _ := strings.Cut(o.URI, "?")
	r := route{op: o, knows: make(map[string]bool)}
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		switch {
		case part == "":
		case strings.HasPrefix(part, "{"):
			name := strings.Trim(part, "{}")
			r.segments = append(r.segments, segment{label: strings.TrimSuffix(name, "+"), greedy: strings.HasSuffix(name, "+")})
		default:
			r.segments = append(r.segments, segment{literal: part})
		}
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || name == "x-id" { // x-id only repeats the operation's name
			continue
		}
		r.query = append(r.query, [2]string{name, value})
		r.knows[name] = true
	}
	if o.Input == nil {
		return r
	}
	for _, m := range o.Input.Members {
		switch {
		case m.Location == "querystring":
			r.knows[m.WireName()] = true
			if m.Required {
				r.required = append(r.required, m.WireName())
			}
		case m.Location == "header" && m.Required && strings.EqualFold(m.WireName(), "x-amz-copy-source"):
			r.copies = true
		}
	}
	return r
}

// compareRoutes puts literal paths before labels, longer paths before shorter,
// and templates that ask for more of the query first.
func compareRoutes(a, b route) int {
	if n := literals(b) - literals(a); n != 0 {
		return n
	}
	if n := len(b.segments) - len(a.segments); n != 0 {
		return n
	}
	if n := b.demands() - a.demands(); n != 0 {
		return n
	}
	if a.op.Area == "" != (b.op.Area == "") {
		if a.op.Area == "" {
			return 1
		}
		return -1
	}
	return strings.Compare(a.op.Name, b.op.Name)
}

func literals(r route) int {
	n := 0
	for _, s := range r.segments {
		if s.literal != "" {
			n++
		}
	}
	return n
}

func (r route) demands() int {
	n := 2*len(r.query) + 2*len(r.required)
	if r.copies {
		n++
	}
	return n
}

// find returns the operation and its labels. With a path that fits but no
// operation it returns the labels alone.
func (rt *router) find(r *http.Request, escapedPath string) (*schema.Operation, map[string]string) {
	parts := splitPath(escapedPath)
	query := r.URL.Query()
	var seen map[string]string
	for i := range rt.routes {
		route := &rt.routes[i]
		labels, ok := route.path(parts)
		if !ok {
			continue
		}
		if seen == nil {
			seen = labels
		}
		if route.op.Method != r.Method || !route.asks(query, r.Header) || rt.foreign(route, query) {
			continue
		}
		return route.op, labels
	}
	return nil, seen
}

// splitPath cuts a path at its slashes: /b/k//x/ is b, k, "", x, "". The path
// of a bucket may end in a slash.
func splitPath(p string) []string {
	p = strings.TrimPrefix(p, "/")
	if p == "" {
		return nil
	}
	return strings.Split(p, "/")
}

func (r *route) path(parts []string) (map[string]string, bool) {
	var labels map[string]string
	for i, s := range r.segments {
		if i >= len(parts) {
			return nil, false
		}
		text := parts[i]
		if s.greedy {
			text = strings.Join(parts[i:], "/")
		}
		if text == "" {
			return nil, false
		}
		value, err := url.PathUnescape(text)
		if err != nil {
			return nil, false
		}
		if s.label == "" {
			if value != s.literal {
				return nil, false
			}
			continue
		}
		if labels == nil {
			labels = make(map[string]string, len(r.segments))
		}
		labels[s.label] = value
		if s.greedy {
			return labels, true
		}
	}
	rest := parts[len(r.segments):]
	return labels, len(rest) == 0 || len(rest) == 1 && rest[0] == ""
}

func (r *route) asks(query url.Values, h http.Header) bool {
	for _, q := range r.query {
		if !query.Has(q[0]) || q[1] != "" && query.Get(q[0]) != q[1] {
			return false
		}
	}
	for _, name := range r.required {
		if !query.Has(name) {
			return false
		}
	}
	return !r.copies || h.Get("X-Amz-Copy-Source") != ""
}

// foreign tells whether the query selects an operation other than the route's:
// PUT /b/k?uploadId= without a part number must not overwrite the object.
func (rt *router) foreign(r *route, query url.Values) bool {
	for name := range query {
		if rt.flags[name] && !r.knows[name] {
			return true
		}
	}
	return false
}
