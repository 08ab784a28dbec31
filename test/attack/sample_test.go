package attack

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/test/server"
)

var models = sync.OnceValues(model.Load)

// served lists every operation that the server answers.
func served(t *testing.T) []*schema.Operation {
	t.Helper()
	all, err := models()
	if err != nil {
		t.Fatal(err)
	}
	var out []*schema.Operation
	for _, s := range all {
		for _, o := range s.Operations {
			if o.Area != "" {
				out = append(out, o)
			}
		}
	}
	return out
}

// sampler makes inputs from shapes: what is required, plus what private says is
// private, filled with canaries.
type sampler struct {
	known map[string]any // by member name
	// canary makes the text of a private member; nil leaves out what is not required.
	canary func() string
	// blob makes the bytes of a private member, in base64.
	blob func() string
	// attributes counts the user attributes made so far.
	attributes int
}

// isPrivate tells that a value never reaches a record.
func isPrivate(m *schema.Member) bool {
	s := m.Shape
	return m.Hide || m.Drop || s.Sensitive || s.Hidden || s.HideValues
}

// holds tells that something private is inside a shape.
func holds(s *schema.Shape, depth int) bool {
	if depth > 6 {
		return false
	}
	for _, m := range s.Members {
		if isPrivate(m) || holds(m.Shape, depth+1) {
			return true
		}
	}
	return s.Elem != nil && (isPrivate(s.Elem) || holds(s.Elem.Shape, depth+1))
}

func (g *sampler) structure(s *schema.Shape, private bool, depth int) map[string]any {
	out := map[string]any{}
	if s == nil {
		return out
	}
	for _, m := range s.Members {
		hidden := private || isPrivate(m)
		if m.Required || g.canary != nil && depth < 6 && (hidden || holds(m.Shape, 0)) {
			out[m.Name] = g.value(m.Shape, m.Name, hidden, depth+1)
		}
	}
	if s.Name == "AttributeType" && g.canary != nil {
		// Names belong to the schema and may stand in error messages, as AWS puts
		// them there; values may not.
		g.attributes++
		out["Name"] = attributeNames[g.attributes%len(attributeNames)]
	}
	return out
}

// attributeNames are checked each in its own way.
var attributeNames = []string{"email", "name", "phone_number", "custom:none", "birthdate", "email_verified", "updated_at", "sub"}

func (g *sampler) value(s *schema.Shape, name string, private bool, depth int) any {
	if v, ok := g.known[name]; ok && !(private && g.canary != nil) {
		return v
	}
	private = private || s.Sensitive || s.Hidden
	switch s.Kind {
	case schema.Structure:
		return g.structure(s, private, depth)
	case schema.List:
		return []any{g.value(s.Elem.Shape, s.Elem.Name, private || isPrivate(s.Elem), depth+1)}
	case schema.Map:
		key := "key"
		if len(s.MapKey.Shape.Enum) > 0 {
			key = s.MapKey.Shape.Enum[0]
		}
		value := func() any { return g.value(s.Elem.Shape, s.Elem.Name, private || s.HideValues, depth+1) }
		if name == "AuthParameters" || name == "ChallengeResponses" {
			return map[string]any{"USERNAME": value(), "PASSWORD": value(), "NEW_PASSWORD": value(), "SECRET_HASH": value(), "REFRESH_TOKEN": value()}
		}
		return map[string]any{key: value()}
	case schema.Boolean:
		return true
	case schema.Integer, schema.Long, schema.Float, schema.Double:
		if s.Min != nil && *s.Min > 1 {
			return *s.Min
		}
		return 1
	case schema.Timestamp:
		return float64(time.Now().Unix())
	case schema.String:
		if private && g.canary != nil {
			return g.canary()
		}
		return text(s)
	case schema.Blob:
		if private && g.blob != nil {
			return g.blob()
		}
		return "aGk="
	case schema.Document:
		if private && g.canary != nil {
			return map[string]any{"id": g.canary()}
		}
	}
	return "x"
}

// candidates are texts that fit the patterns of the models.
var candidates = []string{
	"x1", "a", "abc12345", "us-east-1_abcdef123", "arn:aws:iam::123456789012:role/none", "arn:aws:logs:us-east-1:123456789012:log-group:none", "a@b.example", "1", "1.1", "{}", "https://x.example",
}

func text(s *schema.Shape) string {
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	var re *regexp.Regexp
	if re = s.Regexp(); re == nil {
		re = regexp.MustCompile(`.*`)
	}
	for _, c := range candidates {
		for len(c) < 128 && s.Min != nil && float64(len(c)) < *s.Min {
			c += c
		}
		if re.MatchString(c) && (s.Min == nil || float64(len(c)) >= *s.Min) && (s.Max == nil || float64(len(c)) <= *s.Max) {
			return c
		}
	}
	return "x1"
}

// request makes the request of an operation from a tree.
func request(t *testing.T, o *schema.Operation, in map[string]any) (*http.Request, []byte) {
	t.Helper()
	switch {
	case o.Service.Name == "s3":
		return restRequest(t, o, in)
	case o.Service.Protocols[0] == "query" || o.Service.Name == "iam" || o.Service.Name == "sts" || o.Service.Name == "sns":
		form := url.Values{}
		for _, m := range o.Input.Members {
			if v, ok := in[m.Name]; ok {
				flatten(form, m.WireName(), m, v)
			}
		}
		req, body, err := srv.Request(t.Context(), o.Service.SigningName, o.Name, form)
		if err != nil {
			t.Fatal(err)
		}
		return req, body
	}
	req, body, err := srv.Request(t.Context(), o.Service.SigningName, o.Name, in)
	if err != nil {
		t.Fatal(err)
	}
	return req, body
}

// flatten writes a value as query protocols do.
func flatten(form url.Values, prefix string, m *schema.Member, v any) {
	switch v := v.(type) {
	case map[string]any:
		if m.Shape.Kind == schema.Map {
			i := 0
			for k, x := range v {
				i++
				form.Set(fmt.Sprintf("%s.entry.%d.key", prefix, i), k)
				flatten(form, fmt.Sprintf("%s.entry.%d.value", prefix, i), m.Shape.Elem, x)
			}
			return
		}
		for _, inner := range m.Shape.Members {
			if x, ok := v[inner.Name]; ok {
				flatten(form, prefix+"."+inner.WireName(), inner, x)
			}
		}
	case []any:
		for i, x := range v {
			flatten(form, fmt.Sprintf("%s.member.%d", prefix, i+1), m.Shape.Elem, x)
		}
	default:
		form.Set(prefix, fmt.Sprint(v))
	}
}

// restRequest fills an S3 URI, headers and body.
func restRequest(t *testing.T, o *schema.Operation, in map[string]any) (*http.Request, []byte) {
	t.Helper()
	uri := o.URI
	query := url.Values{}
	header := http.Header{}
	body := ""
	if o.Input != nil {
		for _, m := range o.Input.Members {
			v, ok := in[m.Name]
			if !ok {
				continue
			}
			s := fmt.Sprint(v)
			switch m.Location {
			case "uri":
				uri = strings.NewReplacer("{"+m.WireName()+"}", url.PathEscape(s), "{"+m.WireName()+"+}", url.PathEscape(s)).Replace(uri)
			case "querystring":
				query.Set(m.WireName(), s)
			case "header":
				header.Set(m.WireName(), s)
			case "":
				body = s
				if _, isTree := v.(map[string]any); isTree {
					body = "<Delete><Object><Key>none</Key></Object></Delete>"
				}
			}
		}
	}
	if len(query) > 0 {
		sep := "?"
		if strings.Contains(uri, "?") {
			sep = "&"
		}
		uri += sep + query.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), o.Method, srv.URL+uri, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s %s: %v", o.Name, uri, err)
	}
	req.Header = header
	req.Header.Set("X-Amz-Content-Sha256", server.Hash([]byte(body)))
	return req, []byte(body)
}

// send sends an operation's tree as c, or unsigned.
func send(t *testing.T, c *server.Credentials, o *schema.Operation, in map[string]any) (*server.Answer, error) {
	t.Helper()
	req, body := request(t, o, in)
	if c != nil {
		if err := server.Sign(req, *c, server.Hash(body), o.Service.SigningName, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return srv.Do(req)
}
