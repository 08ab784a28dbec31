package wire_test

import (
	stdjson "encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
	"github.com/cogtrail/cogtrail/internal/wire/internal/cbor"
	"github.com/cogtrail/cogtrail/internal/wire/internal/json"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
	"github.com/cogtrail/cogtrail/internal/wire/internal/xml"
)

// TestRoundTrip writes an input of each served operation as a client of each
// protocol of its service would, and reads it back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	all := services(t)
	d := wire.NewDetector(all)
	for _, s := range all {
		for _, o := range s.Operations {
			if o.Area == "" || o.Input == nil {
				continue
			}
			for _, name := range s.Protocols {
				t.Run(s.Name+"/"+o.Name+"/"+name, func(t *testing.T) {
					t.Parallel()
					rnd := rand.New(rand.NewPCG(1, uint64(len(o.Name))))
					for range 5 {
						want := tree(rnd, o.Input, name, 0)
						r := clientRequest(t, name, o, want)
						m, ok := d.Detect(r.Request, s.SigningName, formOf(r))
						if !ok || m.Operation != o || m.Protocol.Name() != name {
							t.Fatalf("detected %+v for %s %s", m, r.Method, r.URL)
						}
						r.Labels = m.Labels
						got, err := m.Protocol.Decode(r, o)
						if err != nil {
							t.Fatalf("%v\nbody %s", err, r.Body)
						}
						if diff := differ(o.Input.Name, want, got); diff != "" {
							t.Fatalf("%s\n%s %s\nbody %s", diff, r.Method, r.URL, r.Body)
						}
					}
				})
			}
		}
	}
}

// TestOutputs writes an output of each served operation in each protocol and
// reads it back as a client would, where the protocol has one body for it all.
func TestOutputs(t *testing.T) {
	t.Parallel()
	all := services(t)
	d := wire.NewDetector(all)
	for _, s := range all {
		for _, o := range s.Operations {
			if o.Area == "" {
				continue
			}
			for _, name := range s.Protocols {
				t.Run(s.Name+"/"+o.Name+"/"+name, func(t *testing.T) {
					t.Parallel()
					rnd := rand.New(rand.NewPCG(2, uint64(len(o.Name))))
					var want *schema.Struct
					if o.Output != nil {
						want = tree(rnd, o.Output, name, 0)
					}
					w := httptest.NewRecorder()
					if err := d.Protocol(name).Encode(w, o, want, "id-1"); err != nil {
						t.Fatal(err)
					}
					if want == nil || strings.HasPrefix(name, "rest-") {
						return
					}
					got, err := clientAnswer(name, o, w.Body.Bytes())
					if err != nil {
						t.Fatalf("%v\nbody %s", err, w.Body)
					}
					if diff := differ(o.Output.Name, want, got); diff != "" {
						t.Fatalf("%s\nbody %s", diff, w.Body)
					}
				})
			}
		}
	}
}

func clientAnswer(protocol string, o *schema.Operation, body []byte) (*schema.Struct, error) {
	switch protocol {
	case "json":
		return json.Decode(body, o.Output)
	case "smithy-rpc-v2-cbor":
		return cbor.Decode(body, o.Output)
	}
	// The result stands in an element of the response; read it through a shape that holds it.
	outer := &schema.Shape{Name: "Response", Kind: schema.Structure}
	outer.SetMembers([]*schema.Member{{Name: o.ResultWrapper, Shape: o.Output}})
	v, err := xml.Decode(body, outer, o.Name+"Response")
	if err != nil {
		return nil, err
	}
	got, _ := v.Fields[0].(*schema.Struct)
	return got, nil
}

func formOf(r *wire.Request) func() (string, string) {
	return func() (string, string) {
		v, _ := url.ParseQuery(string(r.Body))
		return v.Get("Action"), v.Get("Version")
	}
}

// tree makes a value of a shape. Members that select S3 operations are set only
// when they must be, so that the request stays one for this operation.
func tree(rnd *rand.Rand, s *schema.Shape, protocol string, depth int) *schema.Struct {
	v := schema.NewStruct(s)
	for i, m := range s.Members {
		must := m.Required || m.Location == "uri" || m.Name == s.Payload
		if !must && (rnd.IntN(3) == 0 || depth > 3) {
			continue
		}
		if protocol == "rest-xml" && !must && m.Location == "querystring" && (m.Name == "PartNumber" || m.Name == "UploadId") {
			continue
		}
		if protocol == "rest-xml" && strings.EqualFold(m.LocationName, "Content-Length") {
			continue
		}
		if m.Location == "statusCode" {
			continue
		}
		v.Fields[i] = value(rnd, m, protocol, depth+1)
	}
	if depth > 0 && hollow(v) { // forms cannot show an empty structure
		at := 0
		for i, m := range s.Members {
			if k := m.Shape.Kind; k != schema.Structure && k != schema.List {
				at = i
				break
			}
		}
		if len(s.Members) > 0 {
			v.Fields[at] = value(rnd, s.Members[at], protocol, depth+1)
		}
	}
	return v
}

func value(rnd *rand.Rand, m *schema.Member, protocol string, depth int) any {
	s := m.Shape
	switch s.Kind {
	case schema.String:
		if m.Location != "" || m.XMLAttribute {
			return []string{"a", "b-c", "d.e"}[rnd.IntN(3)]
		}
		return []string{"plain", "with blank & <mark>", "größer 😀", "a=b&c%20+d"}[rnd.IntN(4)]
	case schema.Boolean:
		return rnd.IntN(2) == 0
	case schema.Integer:
		return int64(rnd.Int32())
	case schema.Long:
		return rnd.Int64()
	case schema.Float, schema.Double:
		return float64(rnd.IntN(4000)) / 4
	case schema.Blob:
		return []byte{0, 255, byte(rnd.IntN(256))}
	case schema.Timestamp:
		t := time.Unix(1700000000+rnd.Int64N(1e6), 0).UTC()
		if m.Location == "" && protocol != "query" && s.TimestampFormat == "" {
			t = t.Add(time.Duration(rnd.IntN(1000)) * time.Millisecond)
		}
		return t
	case schema.Document:
		return stdjson.RawMessage(`{"a":[1,"b"]}`)
	case schema.List:
		n := 1 + rnd.IntN(3)
		if depth > 3 {
			n = 1
		}
		out := make([]any, n)
		for i := range out {
			out[i] = value(rnd, s.Elem, protocol, depth+1)
		}
		return out
	case schema.Map:
		p := &schema.Pairs{}
		for i := range 1 + rnd.IntN(2) {
			p.Keys = append(p.Keys, "k"+strconv.Itoa(i))
			p.Values = append(p.Values, value(rnd, s.Elem, protocol, depth+1))
		}
		return p
	}
	return tree(rnd, s, protocol, depth)
}

// differ says where two trees differ. Empty structures count as absent, since
// forms cannot tell them apart.
func differ(at string, want, got any) string {
	switch w := want.(type) {
	case *schema.Struct:
		g, _ := got.(*schema.Struct)
		for i, m := range w.Shape.Members {
			var x any
			if g != nil {
				x = g.Fields[i]
			}
			if d := differ(at+"."+m.Name, w.Fields[i], x); d != "" {
				return d
			}
		}
		return ""
	case []any:
		g, _ := got.([]any)
		if hollow(want) && len(g) == 0 {
			return ""
		}
		if len(w) != len(g) {
			return fmt.Sprintf("%s: %d elements, want %d", at, len(g), len(w))
		}
		for i := range w {
			if d := differ(at+"."+strconv.Itoa(i), w[i], g[i]); d != "" {
				return d
			}
		}
		return ""
	case *schema.Pairs:
		g, _ := got.(*schema.Pairs)
		if g == nil || !reflect.DeepEqual(w.Keys, g.Keys) {
			return fmt.Sprintf("%s: got %+v, want %+v", at, got, want)
		}
		return differ(at, w.Values, g.Values)
	case time.Time:
		if g, ok := got.(time.Time); ok && g.Equal(w) {
			return ""
		}
	}
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("%s: got %#v, want %#v", at, got, want)
}

// hollow tells whether a list holds nothing but empty structures.
func hollow(x any) bool {
	switch v := x.(type) {
	case nil:
		return true
	case *schema.Struct:
		for _, f := range v.Fields {
			if !hollow(f) {
				return false
			}
		}
		return true
	case []any:
		for _, e := range v {
			if !hollow(e) {
				return false
			}
		}
		return true
	}
	return false
}

func clientRequest(t *testing.T, protocol string, o *schema.Operation, v *schema.Struct) *wire.Request {
	t.Helper()
	var body []byte
	var err error
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	switch protocol {
	case "json":
		r.Header.Set("X-Amz-Target", o.Service.TargetPrefix+"."+o.Name)
		body, err = json.Append(nil, v)
	case "smithy-rpc-v2-cbor":
		r = httptest.NewRequest(http.MethodPost, "/service/"+o.Service.TargetPrefix+"/operation/"+o.Name, nil)
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		body, err = cbor.Append(nil, v)
	case "query":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form := url.Values{"Action": {o.Name}, "Version": {o.Service.APIVersion}}
		fill(form, "", v)
		body = []byte(form.Encode())
	default:
		return rest(t, protocol, o, v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &wire.Request{Request: r, Body: body}
}

// fill writes a structure as form parameters.
func fill(form url.Values, prefix string, v *schema.Struct) {
	for i, m := range v.Shape.Members {
		if v.Fields[i] != nil {
			put(form, prefix+m.WireName(), v.Fields[i], m)
		}
	}
}

func put(form url.Values, key string, x any, m *schema.Member) {
	switch v := x.(type) {
	case *schema.Struct:
		fill(form, key+".", v)
	case []any:
		name := ".member"
		if m.Shape.Elem.LocationName != "" {
			name = "." + m.Shape.Elem.LocationName
		}
		for i, e := range v {
			put(form, key+name+"."+strconv.Itoa(i+1), e, m.Shape.Elem)
		}
	case *schema.Pairs:
		k, val := xml.KeyNames(m.Shape)
		for i := range v.Keys {
			at := key + ".entry." + strconv.Itoa(i+1) + "."
			form.Set(at+k, v.Keys[i])
			put(form, at+val, v.Values[i], m.Shape.Elem)
		}
	default:
		form.Set(key, string(scalar.Append(nil, x, m, scalar.ISOSeconds)))
	}
}

// rest writes a request of a REST protocol.
func rest(t *testing.T, protocol string, o *schema.Operation, v *schema.Struct) *wire.Request {
	t.Helper()
	path, literal, _ := strings.Cut(o.URI, "?")
	query, err := url.ParseQuery(literal)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for i, m := range v.Shape.Members {
		x := v.Fields[i]
		if x == nil {
			continue
		}
		text := func(e any, m *schema.Member) string { return string(scalar.Append(nil, e, m, scalar.HTTP)) }
		switch m.Location {
		case "uri":
			path = strings.NewReplacer("{"+m.WireName()+"}", url.PathEscape(text(x, m)), "{"+m.WireName()+"+}", url.PathEscape(text(x, m))).Replace(path)
		case "querystring":
			query.Set(m.WireName(), text(x, m))
		case "header":
			if list, ok := x.([]any); ok {
				for _, e := range list {
					header.Add(m.WireName(), text(e, m.Shape.Elem))
				}
				continue
			}
			header.Set(m.WireName(), text(x, m))
		case "headers":
			p := x.(*schema.Pairs)
			for j, k := range p.Keys {
				p.Values[j] = "plain"
				header.Set(m.WireName()+k, "plain")
			}
		}
	}
	r := httptest.NewRequest(o.Method, path, nil)
	r.URL.RawQuery, r.Header = query.Encode(), header
	out := &wire.Request{Request: r}
	if m, ok := o.Input.Member(o.Input.Payload); ok {
		payload(t, protocol, out, v.Fields[m.Position], m)
		return out
	}
	if protocol == "rest-json" {
		if out.Body, err = json.AppendBody(nil, v); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func payload(t *testing.T, protocol string, r *wire.Request, x any, m *schema.Member) {
	t.Helper()
	var err error
	switch v := x.(type) {
	case string:
		r.Body = []byte(v)
	case []byte:
		r.Body = v
	case *schema.Struct:
		if protocol == "rest-json" {
			r.Body, err = json.Append(nil, v)
		} else {
			r.Body, err = (xml.Encoder{Time: scalar.ISOMillis}).Root(nil, m.WireName(), "urn:x", v)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
