package bind

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// Bad makes a protocol's error of a member whose text does not fit its shape. A
// nil error leaves the member out.
type Bad func(m *schema.Member, text string) error

// Request reads the members of out's shape that stand outside of the body.
func Request(r *request.Request, out *schema.Struct, bad Bad) error {
	var query url.Values
	for i, m := range out.Shape.Members {
		var v any
		var err error
		switch m.Location {
		case "uri":
			if text, ok := r.Labels[m.WireName()]; ok {
				v, err = one(m, text, bad)
			}
		case "querystring":
			if query == nil {
				query = r.URL.Query()
			}
			v, err = fromQuery(m, query, bad)
		case "header":
			v, err = fromHeader(m, r, bad)
		case "headers":
			v = prefixed(m.WireName(), r.Header)
		}
		if err != nil {
			return err
		}
		out.Fields[i] = v
	}
	return nil
}

// one reads a single value.
func one(m *schema.Member, text string, bad Bad) (any, error) {
	v, err := scalar.Parse(text, m.Shape)
	if err != nil {
		return nil, bad(m, text)
	}
	return v, nil
}

func many(m *schema.Member, texts []string, bad Bad) (any, error) {
	out := make([]any, 0, len(texts))
	for _, t := range texts {
		v, err := one(m.Shape.Elem, t, bad)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func fromQuery(m *schema.Member, query url.Values, bad Bad) (any, error) {
	if m.Shape.Kind == schema.Map {
		p := &schema.Pairs{}
		for k := range query {
			p.Keys = append(p.Keys, k)
		}
		slices.Sort(p.Keys)
		for _, k := range p.Keys {
			p.Values = append(p.Values, query.Get(k))
		}
		return p, nil
	}
	texts, ok := query[m.WireName()]
	switch {
	case !ok:
		return nil, nil
	case m.Shape.Kind == schema.List:
		return many(m, texts, bad)
	case texts[0] == "" && m.Shape.Kind != schema.String:
		return nil, nil // a bare name is no value
	}
	return one(m, texts[0], bad)
}

func fromHeader(m *schema.Member, r *request.Request, bad Bad) (any, error) {
	name := m.WireName()
	texts := r.Header.Values(name)
	switch {
	case strings.EqualFold(name, "Content-Length") && r.ContentLength >= 0 && len(texts) == 0:
		if r.ContentLength == 0 {
			return nil, nil
		}
		return r.ContentLength, nil
	case len(texts) == 0:
		return nil, nil
	case m.Shape.Kind == schema.List:
		return many(m, split(texts), bad)
	case texts[0] == "" && m.Shape.Kind != schema.String:
		return nil, nil
	}
	return one(m, texts[0], bad)
}

// split cuts header lists at their commas.
func split(lines []string) []string {
	var out []string
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// prefixed collects the headers below a prefix, their names in lower case and
// without it, sorted. RFC 2047 words, which SDKs use for text beyond ASCII, are
// decoded.
func prefixed(prefix string, h http.Header) any {
	p := &schema.Pairs{}
	texts := make(map[string]string)
	for name, values := range h {
		if len(name) <= len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			continue
		}
		key := strings.ToLower(name[len(prefix):])
		text := strings.Join(values, ",")
		if word, err := new(mime.WordDecoder).DecodeHeader(text); err == nil {
			text = word
		}
		p.Keys = append(p.Keys, key)
		texts[key] = strings.ToValidUTF8(text, "\ufffd")
	}
	if len(p.Keys) == 0 {
		return nil
	}
	slices.Sort(p.Keys)
	for _, k := range p.Keys {
		p.Values = append(p.Values, texts[k])
	}
	return p
}

// Headers writes the members of an output that stand in headers, and returns
// the status code member, 0 if there is none.
func Headers(h http.Header, out *schema.Struct) (status int) {
	for i, m := range out.Shape.Members {
		x := out.Fields[i]
		if x == nil {
			continue
		}
		switch m.Location {
		case "header":
			if text, ok := headerText(x, m); ok {
				h.Set(m.WireName(), text)
			}
		case "headers":
			p, _ := x.(*schema.Pairs)
			if p == nil {
				continue
			}
			for j, k := range p.Keys {
				if text, ok := headerText(p.Values[j], m.Shape.Elem); ok {
					h[strings.ToLower(m.WireName()+k)] = []string{text} // S3 gives metadata names back in lower case
				}
			}
		case "statusCode":
			if n, ok := x.(int64); ok {
				status = int(n)
			}
		}
	}
	return status
}

// headerText prints a value for a header. Text beyond ASCII becomes an RFC 2047
// word; line ends, which would start a new header, become blanks.
func headerText(x any, m *schema.Member) (string, bool) {
	if list, ok := x.([]any); ok {
		parts := make([]string, 0, len(list))
		for _, e := range list {
			if t, ok := headerText(e, m.Shape.Elem); ok {
				parts = append(parts, t)
			}
		}
		return strings.Join(parts, ","), true
	}
	if t, ok := x.(time.Time); ok {
		return string(scalar.Append(nil, t, m, scalar.HTTP)), true
	}
	text := string(scalar.Append(nil, x, m, scalar.HTTP))
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	return mime.QEncoding.Encode("UTF-8", text), x != nil
}
