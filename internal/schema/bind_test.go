package schema

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Name  string
	Value *string
}

type everything struct {
	Text     string
	Optional *string
	Bool     *bool
	Int      *int64
	Float    *float64
	Blob     []byte
	When     *time.Time
	Document json.RawMessage
	Body     io.Reader
	List     []string
	Structs  []inner
	Map      map[string]string
	Nested   *inner
	Lists    map[string][]string
}

func everythingShape() *Shape {
	text := &Shape{Name: "Text", Kind: String}
	in := structure("Inner", member("Name", text), member("Value", text))
	return structure("Everything", member("Text", text), member("Optional", text), member("Bool", &Shape{Kind: Boolean}), member("Int", &Shape{Kind: Long}),
		member("Float", &Shape{Kind: Double}), member("Blob", &Shape{Kind: Blob}), member("When", &Shape{Kind: Timestamp}), member("Document", &Shape{Kind: Document}),
		member("Body", &Shape{Kind: Blob, Streaming: true}), member("List", listOf(text)), member("Structs", listOf(in)), member("Map", mapOf(text, text)),
		member("Nested", in), member("Lists", mapOf(text, listOf(text))))
}

func TestBind_RoundTrip(t *testing.T) {
	t.Parallel()
	body := strings.NewReader("stream")
	for name, want := range map[string]everything{
		"empty":      {},
		"zero":       {Optional: new(""), Bool: new(false), Int: new(int64(0)), Float: new(0.0), When: new(time.Unix(0, 0)), Blob: []byte{}, List: []string{}, Structs: []inner{}, Map: map[string]string{}, Nested: &inner{}},
		"everything": {Text: "t", Optional: new("o"), Bool: new(true), Int: new(int64(-7)), Float: new(1.5), Blob: []byte("b"), When: new(time.Unix(5, 6)), Document: json.RawMessage(`{"a":1}`), Body: body, List: []string{"a", "b"}, Structs: []inner{{Name: "n", Value: new("v")}, {Name: "m"}}, Map: map[string]string{"b": "2", "a": "1"}, Nested: &inner{Name: "x"}, Lists: map[string][]string{"k": {"v"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := Unbind(&want, everythingShape())
			if err != nil {
				t.Fatal(err)
			}
			var got everything
			if err := Bind(v, &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestUnbind(t *testing.T) {
	t.Parallel()
	v, err := Unbind((*everything)(nil), everythingShape())
	if err != nil || v.Get("Text") != nil {
		t.Errorf("nil pointer: %v, %v", v, err)
	}
	v, err = Unbind(everything{Map: map[string]string{"b": "2", "a": "1", "c": "3"}}, everythingShape())
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Get("Map").(*Pairs); strings.Join(got.Keys, "") != "abc" {
		t.Errorf("keys of a Go map have no order of their own: %v", got.Keys)
	}
	if v.Get("Optional") != nil || v.Get("List") != nil || v.Get("Nested") != nil || v.Text("Text") != "" || v.Get("Text") == nil {
		t.Errorf("absent members: %v", v.Fields)
	}
}

func TestBind_GeneratorBugs(t *testing.T) {
	t.Parallel()
	var few struct{ A string }
	if err := Bind(NewStruct(everythingShape()), &few); err == nil || !strings.Contains(err.Error(), "BUG") {
		t.Errorf("field count: %v", err)
	}
	if _, err := Unbind(few, everythingShape()); err == nil || !strings.Contains(err.Error(), "BUG") {
		t.Errorf("field count: %v", err)
	}
	one := structure("One", member("A", &Shape{Kind: String}))
	var ch struct{ A chan int }
	if _, err := Unbind(ch, one); err == nil || !strings.Contains(err.Error(), "One.A") {
		t.Errorf("field type: %v", err)
	}
	if err := Bind(tree(one, uint8(3)), &few); err == nil || !strings.Contains(err.Error(), "One.A") {
		t.Errorf("value type: %v", err)
	}
}

func TestBind_AbsentItems(t *testing.T) {
	t.Parallel()
	s := everythingShape()
	v := NewStruct(s)
	v.Set("List", []any{"a", nil})
	v.Set("Map", &Pairs{Keys: []string{"a"}, Values: []any{nil}})
	var got everything
	if err := Bind(v, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.List, []string{"a", ""}) || !reflect.DeepEqual(got.Map, map[string]string{"a": ""}) {
		t.Errorf("got %+v", got)
	}
}

func TestStruct(t *testing.T) {
	t.Parallel()
	v := NewStruct(structure("S", member("A", &Shape{Kind: String}), member("B", &Shape{Kind: Long})))
	v.Set("A", "x")
	v.Set("B", int64(1))
	if v.Text("A") != "x" || v.Text("B") != "" || v.Get("C") != nil || (*Struct)(nil).Get("A") != nil {
		t.Errorf("%v", v.Fields)
	}
	defer func() {
		if recover() == nil {
			t.Error("setting an unknown member is a bug that must show")
		}
	}()
	v.Set("C", "x")
}

func TestPairs_Get(t *testing.T) {
	t.Parallel()
	p := &Pairs{Keys: []string{"a", "b"}, Values: []any{"1", nil}}
	if v, ok := p.Get("a"); v != "1" || !ok {
		t.Error(v, ok)
	}
	if v, ok := p.Get("b"); v != nil || !ok {
		t.Error(v, ok)
	}
	if _, ok := p.Get("c"); ok {
		t.Error("unknown key found")
	}
}

func TestLowerFirst(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"UserPoolId": "userPoolId", "SAMLAssertion": "sAMLAssertion", "name": "name", "": "", "Éa": "Éa", "_A": "_A"} {
		if got := LowerFirst(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestError_HTTPStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		e    Error
		want int
	}{"client": {Error{}, 400}, "server": {Error{Server: true}, 500}, "given": {Error{Status: 429, Server: true}, 429}} {
		if got := c.e.HTTPStatus(); got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	e := &Error{Code: "C", Message: "m", Cause: io.EOF}
	if e.Error() != "C: m" || e.Unwrap() != io.EOF {
		t.Error(e)
	}
}
