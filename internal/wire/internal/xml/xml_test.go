package xml_test

import (
	stdxml "encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
	"github.com/cogtrail/cogtrail/internal/wire/internal/xml"
)

func everything() *schema.Shape {
	s := &schema.Shape{Name: "Everything", Kind: schema.Structure}
	text := &schema.Member{Name: "member", Shape: &schema.Shape{Name: "Text", Kind: schema.String}}
	named := &schema.Member{Name: "member", LocationName: "Item", Shape: text.Shape}
	self := &schema.Member{Name: "member", Shape: s}
	s.SetMembers([]*schema.Member{
		{Name: "S", Shape: text.Shape}, {Name: "I", Shape: &schema.Shape{Name: "I", Kind: schema.Integer}},
		{Name: "A", Shape: &schema.Shape{Name: "A", Kind: schema.List, Elem: text}},
		{Name: "N", Shape: &schema.Shape{Name: "N", Kind: schema.List, Elem: named}},
		{Name: "F", Shape: &schema.Shape{Name: "F", Kind: schema.List, Flattened: true, Elem: self}},
		{Name: "M", Shape: &schema.Shape{Name: "M", Kind: schema.Map, MapKey: text, Elem: text}},
		{Name: "T", Shape: &schema.Shape{Name: "T", Kind: schema.Timestamp}},
		{Name: "Type", LocationName: "xsi:type", XMLAttribute: true, Shape: text.Shape},
		{Name: "H", Location: "header", Shape: text.Shape},
	})
	return s
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	shape := everything()
	inner := schema.NewStruct(shape)
	inner.Set("S", "a<&>\"\r\n\té")
	inner.Set("Type", "CanonicalUser")
	v := schema.NewStruct(shape)
	v.Set("S", "x")
	v.Set("I", int64(7))
	v.Set("A", []any{"a", ""})
	v.Set("N", []any{"b"})
	v.Set("F", []any{inner, schema.NewStruct(shape)})
	v.Set("M", &schema.Pairs{Keys: []string{"k"}, Values: []any{"v"}})
	v.Set("T", time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC))
	got, err := (xml.Encoder{Time: scalar.ISOMillis}).Root(nil, "Root", "urn:x", v)
	if err != nil {
		t.Fatal(err)
	}
	want := `<Root xmlns="urn:x"><S>x</S><I>7</I><A><member>a</member><member></member></A><N><Item>b</Item></N>` +
		`<F xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><S>a&lt;&amp;&gt;&quot;&#xD;` + "\n\té" + `</S></F><F></F>` +
		`<M><entry><key>k</key><value>v</value></entry></M><T>2024-02-03T04:05:06.000Z</T></Root>`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, err := xml.Decode(got, shape, "Root")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, v) {
		t.Errorf("got %+v, want %+v", back, v)
	}
}

func TestDecode_refuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not XML": "{}", "cut": "<Root><S>a", "other root": "<Other/>", "two roots": "<Root/><Root/>", "text after root": "<Root/>x",
		"wrong end": "<Root><S></I></Root>", "text for number": "<Root><I>x</I></Root>", "child in text": "<Root><S><b/></S></Root>",
		"document type": `<!DOCTYPE Root [<!ENTITY a "b">]><Root/>`, "unknown entity": "<Root><S>&a;</S></Root>",
		"other charset": `<?xml version="1.0" encoding="latin1"?><Root/>`, "bad utf-8": "<Root><S>\xff</S></Root>",
		"entry without key": "<Root><M><entry><value>v</value></entry></M></Root>", "too deep": "<Root>" + strings.Repeat("<x>", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := xml.Decode([]byte(text), everything(), "Root"); !errors.Is(err, xml.ErrMalformed) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDecode_tolerates(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"namespace": `<Root xmlns="urn:x"><S>a</S></Root>`, "prefix": `<y:Root xmlns:y="urn:x"><y:S>a</y:S></y:Root>`,
		"unknown elements": "<Root><Z><Q>1</Q></Z><S>a</S></Root>", "header member is no element": "<Root><H>b</H><S>a</S></Root>",
		"declaration and comment": "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><Root><!-- d --><S>a</S></Root>\n", "cdata": "<Root><S><![CDATA[a]]></S></Root>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := xml.Decode([]byte(text), everything(), "Root")
			if err != nil || v.Text("S") != "a" || v.Get("H") != nil {
				t.Errorf("got %+v, %v", v, err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`<Root xmlns="urn:x"><S>x</S><A><member>a</member></A><F><S>b</S></F><M><entry><key>k</key></entry></M></Root>`))
	f.Add([]byte(`<Root><I>1</I><T>2024-01-01T00:00:00Z</T></Root>`))
	f.Add([]byte(`<!DOCTYPE a><Root/>`))
	shape := everything()
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := xml.Decode(data, shape, "Root")
		if err != nil {
			if !errors.Is(err, xml.ErrMalformed) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if v == nil {
			return
		}
		out, err := (xml.Encoder{Time: scalar.ISOMillis}).Root(nil, "Root", "", v)
		if err != nil {
			t.Fatal(err)
		}
		d := stdxml.NewDecoder(strings.NewReader(string(out)))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("writes %q: %v", out, err)
			}
		}
	})
}
