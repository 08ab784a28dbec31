package json_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	stdjson "encoding/json"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/json"
)

// everything is a structure with a member of each kind, and itself.
func everything() *schema.Shape {
	s := &schema.Shape{Name: "Everything", Kind: schema.Structure}
	scalar := func(name string, k schema.Kind) *schema.Member {
		return &schema.Member{Name: name, Shape: &schema.Shape{Name: name, Kind: k}}
	}
	text := &schema.Member{Name: "member", Shape: &schema.Shape{Name: "Text", Kind: schema.String}}
	list := &schema.Shape{Name: "Texts", Kind: schema.List, Elem: text}
	pairs := &schema.Shape{Name: "Pairs", Kind: schema.Map, MapKey: text, Elem: text}
	s.SetMembers([]*schema.Member{
		scalar("String", schema.String), scalar("Boolean", schema.Boolean), scalar("Integer", schema.Integer),
		scalar("Long", schema.Long), scalar("Double", schema.Double), scalar("Blob", schema.Blob),
		scalar("Time", schema.Timestamp), scalar("Document", schema.Document),
		{Name: "List", Shape: list}, {Name: "Map", Shape: pairs}, {Name: "Self", Shape: s},
	})
	return s
}

func TestDecode_values(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, member string
		want               any
	}{
		{"text", `{"String":"a"}`, "String", "a"},
		{"escapes", `{"String":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}`, "String", "\"\\/\b\f\n\r\té😀"},
		{"lone surrogate", `{"String":"\ud83dx"}`, "String", "\ufffdx"},
		{"swapped surrogates", `{"String":"\ude00\ud83d"}`, "String", "\ufffd\ufffd"},
		{"escaped key", `{"\u0053tring":"a"}`, "String", "a"},
		{"utf-8", `{"String":"ü"}`, "String", "ü"},
		{"white space", " {\t\"String\" :\r\n\"a\" } ", "String", "a"},
		{"last of duplicates", `{"String":"a","String":"b"}`, "String", "b"},
		{"null after value", `{"String":"a","String":null}`, "String", nil},
		{"null", `{"String":null}`, "String", nil},
		{"unknown", `{"Other":[{"a":[1,-2.5e3,true,false,null,"x"]}],"String":"a"}`, "String", "a"},
		{"case matters", `{"string":"a"}`, "String", nil},
		{"empty", ``, "String", nil},
		{"top null", `null`, "String", nil},
		{"true", `{"Boolean":true}`, "Boolean", true},
		{"integer", `{"Integer":-2147483648}`, "Integer", int64(math.MinInt32)},
		{"integer cut", `{"Integer":1.9}`, "Integer", int64(1)},
		{"integer with exponent", `{"Integer":1e3}`, "Integer", int64(1000)},
		{"long", `{"Long":9223372036854775807}`, "Long", int64(math.MaxInt64)},
		{"double", `{"Double":-0.25}`, "Double", -0.25},
		{"double from integer", `{"Double":3}`, "Double", 3.0},
		{"infinity", `{"Double":"-Infinity"}`, "Double", math.Inf(-1)},
		{"blob", `{"Blob":"AQI="}`, "Blob", []byte{1, 2}},
		{"epoch", `{"Time":1424476529}`, "Time", time.Unix(1424476529, 0).UTC()},
		{"epoch with fraction", `{"Time":1424476529.123}`, "Time", time.UnixMilli(1424476529123).UTC()},
		{"epoch with exponent", `{"Time":1.7e9}`, "Time", time.Unix(1700000000, 0).UTC()},
		{"epoch before 1970", `{"Time":-1.5}`, "Time", time.UnixMilli(-1500).UTC()},
		{"iso time", `{"Time":"2024-02-03T04:05:06.5Z"}`, "Time", time.Date(2024, 2, 3, 4, 5, 6, 5e8, time.UTC)},
		{"document", `{"Document": {"a":[1, 2]} }`, "Document", stdjson.RawMessage(`{"a":[1, 2]}`)},
		{"list", `{"List":["a",null]}`, "List", []any{"a", nil}},
		{"empty list", `{"List":[]}`, "List", []any{}},
		{"map", `{"Map":{"b":"1","a":"2","b":"3","c":null}}`, "Map", &schema.Pairs{Keys: []string{"b", "a"}, Values: []any{"3", "2"}}},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := json.Decode([]byte(c.text), shape)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Get(c.member); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, want %#v", got, c.want)
			}
		})
	}
}

func TestDecode_refuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"number for text", `{"String":1}`, "NUMBER_VALUE can not be converted to a String"},
		{"decimal for text", `{"String":1.5}`, "DECIMAL_VALUE can not be converted to a String"},
		{"true for text", `{"String":true}`, "TRUE_VALUE can not be converted to a String"},
		{"object for text", `{"String":{}}`, "Start of structure or map found where not expected."},
		{"list for text", `{"String":[]}`, "Start of list found where not expected"},
		{"text for boolean", `{"Boolean":"true"}`, "STRING_VALUE can not be converted to a Boolean"},
		{"text for integer", `{"Integer":"1"}`, "STRING_VALUE can not be converted to an Integer"},
		{"large integer", `{"Integer":2147483648}`, "NUMBER_VALUE can not be converted to an Integer"},
		{"large long", `{"Long":9223372036854775808}`, "NUMBER_VALUE can not be converted to a Long"},
		{"large double", `{"Double":1e400}`, "DECIMAL_VALUE can not be converted to a Double"},
		{"bad base64", `{"Blob":"a"}`, "STRING_VALUE can not be converted to a Blob"},
		{"base64 with line end", `{"Blob":"AQI=\n!"}`, "STRING_VALUE can not be converted to a Blob"},
		{"bad time", `{"Time":"tomorrow"}`, "STRING_VALUE can not be converted to a Timestamp"},
		{"far time", `{"Time":1e30}`, "DECIMAL_VALUE can not be converted to a Timestamp"},
		{"text for list", `{"List":"a"}`, "Expected list or null"},
		{"object for list", `{"List":{}}`, "Start of structure or map found where not expected."},
		{"text for map", `{"Map":"a"}`, "Expected map or null"},
		{"list for map", `{"Map":[]}`, "Start of list found where not expected"},
		{"text for structure", `{"Self":"a"}`, "Expected null"},
		{"list for structure", `{"Self":[]}`, "Start of list found where not expected"},
		{"list at the top", `[]`, "Start of list found where not expected"},
		{"text at the top", `"a"`, "Expected null"},
		{"cut in object", `{`, "Unexpected end-of-input"},
		{"cut in text", `{"String":"a`, "Unexpected end-of-input"},
		{"cut in escape", `{"String":"\`, "Unexpected end-of-input"},
		{"cut after key", `{"String"`, "Unexpected end-of-input"},
		{"no value", `{"String":}`, "Unexpected character ('}' (code 125))"},
		{"trailing comma", `{"String":"a",}`, "Unexpected character ('}' (code 125))"},
		{"list comma", `{"List":["a",]}`, "Unexpected character (']' (code 93))"},
		{"no colon", `{"String" "a"}`, "Unexpected character ('\"' (code 34))"},
		{"bare key", `{a:1}`, "Unexpected character ('a' (code 97))"},
		{"single quotes", `{'a':1}`, "Unexpected character (''' (code 39))"},
		{"more text", `{} {}`, "Unexpected character ('{' (code 123))"},
		{"leading zero", `{"Integer":01}`, "Unexpected character ('1' (code 49))"},
		{"plus", `{"Integer":+1}`, "Unexpected character ('+' (code 43))"},
		{"point without digits", `{"Double":1.}`, "Unexpected character ('}' (code 125))"},
		{"exponent without digits", `{"Double":1e}`, "Unexpected character ('}' (code 125))"},
		{"lone minus", `{"Double":-}`, "Unexpected character ('}' (code 125))"},
		{"bare NaN", `{"Double":NaN}`, "Unexpected character ('N' (code 78))"},
		{"half a word", `{"Boolean":tru}`, "Unexpected character ('}' (code 125))"},
		{"bad escape", `{"String":"\x"}`, "Unexpected character ('x' (code 120))"},
		{"bad hex", `{"String":"\u12g4"}`, "Unexpected character ('g' (code 103))"},
		{"control character", "{\"String\":\"\x01\"}", "Unexpected character (code 1)"},
		{"bad utf-8", "{\"String\":\"\xff\"}", "Invalid UTF-8"},
		{"bad utf-8 in unknown member", "{\"X\":\"\xff\"}", "Invalid UTF-8"},
		{"bad syntax in wrong type", `{"String":{]}`, "Unexpected character (']' (code 93))"},
		{"comment", `{/**/}`, "Unexpected character ('/' (code 47))"},
		{"byte order mark", "\ufeff{}", "Unexpected character ('\ufeff' (code 65279))"},
		{"too deep", `{"X":` + strings.Repeat("[", 100000) + `}`, "Nesting depth exceeds the maximum allowed (64)"},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := json.Decode([]byte(c.text), shape)
			var e *schema.Error
			if !errors.As(err, &e) || e.Code != "SerializationException" || e.HTTPStatus() != 400 {
				t.Fatalf("got %v", err)
			}
			if e.Message != c.want {
				t.Errorf("got %q, want %q", e.Message, c.want)
			}
		})
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	shape := everything()
	v := schema.NewStruct(shape)
	v.Set("String", "a<\"\\\x01\n\xff😀")
	v.Set("Boolean", false)
	v.Set("Integer", int64(-3))
	v.Set("Double", 5.0)
	v.Set("Blob", []byte{1, 2})
	v.Set("Time", time.UnixMilli(1700000000120))
	v.Set("Document", stdjson.RawMessage(`{"x":1}`))
	v.Set("List", []any{"a", nil})
	v.Set("Map", &schema.Pairs{Keys: []string{"k"}, Values: []any{"v"}})
	v.Set("Self", schema.NewStruct(shape))
	got, err := json.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"String":"a<\"\\\u0001\n` + "\ufffd" + `😀","Boolean":false,"Integer":-3,"Double":5.0,"Blob":"AQI=","Time":1700000000.12,` +
		`"Document":{"x":1},"List":["a",null],"Map":{"k":"v"},"Self":{}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAppend_times(t *testing.T) {
	t.Parallel()
	shape := everything()
	for ms, want := range map[int64]string{
		1700000000000: "1700000000", 1700000000001: "1700000000.001", 1700000000100: "1700000000.1", 0: "0", -1500: "-1.5",
		253402300799999: "253402300799.999",
	} {
		v := schema.NewStruct(shape)
		v.Set("Time", time.UnixMilli(ms))
		got, err := json.Append(nil, v)
		if err != nil || string(got) != `{"Time":`+want+`}` {
			t.Errorf("%d: got %s, %v", ms, got, err)
		}
	}
}

// FuzzDecode holds the decoder against encoding/json: both take the same texts
// and find the same values.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"String":"a\u00e9","List":["x",null],"Map":{"k":"v"},"Self":{"Integer":12}}`, `{"Document":[1,{"a":null}]}`, `{"Double":1.5e3,"Long":-1}`,
		`null`, `{"Time":1.5}`, `{"Blob":"AQI="}`, `{"String":"\ud800"}`, `{]`, ` {"a":[[[]]]} `,
	} {
		f.Add([]byte(s))
	}
	shape := everything()
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := json.Decode(data, shape)
		var e *schema.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error of type %T", err)
		}
		if err == nil && len(strings.Trim(string(data), " \t\r\n")) > 0 && !stdjson.Valid(data) {
			t.Fatalf("takes %q, which is no JSON", data)
		}
		if err != nil {
			return
		}
		out, err := json.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if !stdjson.Valid(out) {
			t.Fatalf("writes %q, which is no JSON", out)
		}
		again, err := json.Decode(out, shape)
		if err != nil {
			t.Fatalf("refuses its own %q: %v", out, err)
		}
		if a, b := v.Get("String"), again.Get("String"); a != b {
			t.Fatalf("%q became %q", a, b)
		}
		compare(t, data, v)
	})
}

// compare checks the plain text members, which Go's decoder reads alike.
func compare(t *testing.T, data []byte, v *schema.Struct) {
	var ref struct {
		String *string
		List   []*string
	}
	var keys map[string]stdjson.RawMessage
	if stdjson.Unmarshal(data, &keys) != nil {
		return
	}
	for k := range keys {
		for _, name := range []string{"String", "List"} {
			if k != name && strings.EqualFold(k, name) {
				return // Go's decoder does not mind the case
			}
		}
	}
	raw := map[string]stdjson.RawMessage{"String": keys["String"], "List": keys["List"]}
	small, err := stdjson.Marshal(raw)
	if err != nil {
		return
	}
	if err := stdjson.Unmarshal(small, &ref); err != nil {
		t.Fatalf("takes %q: %v", data, err)
	}
	text, has := v.Get("String").(string)
	if has != (ref.String != nil) || has && text != *ref.String {
		t.Fatalf("%q: got %q", data, text)
	}
	list, _ := v.Get("List").([]any)
	if len(list) != len(ref.List) {
		t.Fatalf("%q: got %v", data, list)
	}
	for i, x := range list {
		if (x == nil) != (ref.List[i] == nil) || x != nil && x != *ref.List[i] {
			t.Fatalf("%q: element %d is %v", data, i, x)
		}
	}
}

var signIn = []byte(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"4rlk1ar8tv6mj2q1ql1bqj0e9k","AuthParameters":{"USERNAME":"someone@example.com",` +
	`"PASSWORD":"Correct-Horse-7-Battery","SECRET_HASH":"5cXh2S5kO0t1nS1l2Zl0Q1o4C8f8Yy2b3a4="},"ClientMetadata":{"a":"b"}}`)

func signInShape() *schema.Shape {
	text := &schema.Shape{Name: "Text", Kind: schema.String}
	m := &schema.Member{Name: "member", Shape: text}
	pairs := &schema.Shape{Name: "Pairs", Kind: schema.Map, MapKey: m, Elem: m}
	s := &schema.Shape{Name: "InitiateAuthRequest", Kind: schema.Structure}
	s.SetMembers([]*schema.Member{
		{Name: "AuthFlow", Shape: text}, {Name: "AuthParameters", Shape: pairs}, {Name: "ClientMetadata", Shape: pairs},
		{Name: "ClientId", Shape: text}, {Name: "Session", Shape: text},
	})
	return s
}

func BenchmarkDecode(b *testing.B) {
	shape := signInShape()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Decode(signIn, shape); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	v, err := json.Decode(signIn, signInShape())
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = json.Append(buf[:0], v); err != nil {
			b.Fatal(err)
		}
	}
}
