package form_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/form"
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
		{Name: "F", Flattened: true, Shape: &schema.Shape{Name: "F", Kind: schema.List, Elem: text}},
		{Name: "M", Shape: &schema.Shape{Name: "M", Kind: schema.Map, MapKey: text, Elem: text}},
		{Name: "G", Flattened: true, Shape: &schema.Shape{Name: "G", Kind: schema.Map, MapKey: text, Elem: text}},
		{Name: "E", Shape: s}, {Name: "L", Shape: &schema.Shape{Name: "L", Kind: schema.List, Elem: self}},
	})
	return s
}

func TestDecode_values(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, member string
		want               any
	}{
		{"text", "Action=X&S=a+b%2Bc", "S", "a b+c"},
		{"empty text", "S=", "S", ""},
		{"last of duplicates", "S=a&S=b", "S", "b"},
		{"absent", "Sx=a", "S", nil},
		{"number", "I=-5", "I", int64(-5)},
		{"list in numeric order", "A.member.10=c&A.member.2=b&A.member.1=a", "A", []any{"a", "b", "c"}},
		{"list with gap and junk", "A.member.7=a&A.member.x=b&A.member.09=c", "A", []any{"a"}},
		{"empty list", "A=", "A", []any{}},
		{"named elements", "N.Item.1=a", "N", []any{"a"}},
		{"flattened list", "F.2=b&F.1=a", "F", []any{"a", "b"}},
		{"map", "M.entry.1.key=k&M.entry.1.value=v&M.entry.2.key=l&M.entry.2.value=w", "M", &schema.Pairs{Keys: []string{"k", "l"}, Values: []any{"v", "w"}}},
		{"flattened map", "G.1.key=k&G.1.value=v", "G", &schema.Pairs{Keys: []string{"k"}, Values: []any{"v"}}},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := form.Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Decode(shape)
			if err != nil {
				t.Fatal(err)
			}
			if x := got.Get(c.member); !reflect.DeepEqual(x, c.want) {
				t.Errorf("got %#v, want %#v", x, c.want)
			}
		})
	}
}

func TestDecode_nested(t *testing.T) {
	t.Parallel()
	v, err := form.Parse("L.member.1.E.S=a&L.member.2.L.member.1.S=b", "E.E.I=3")
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Decode(everything())
	if err != nil {
		t.Fatal(err)
	}
	list := got.Get("L").([]any)
	if x := list[0].(*schema.Struct).Get("E").(*schema.Struct).Text("S"); x != "a" {
		t.Errorf("first: %q", x)
	}
	if x := list[1].(*schema.Struct).Get("L").([]any)[0].(*schema.Struct).Text("S"); x != "b" {
		t.Errorf("second: %q", x)
	}
	if x := got.Get("E").(*schema.Struct).Get("E").(*schema.Struct).Get("I"); x != int64(3) {
		t.Errorf("third: %v", x)
	}
}

func TestDecode_refuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, code, want string }{
		{"text for number", "I=x", "MalformedInput", "STRING_VALUE can not be converted to an Integer"},
		{"large number", "I=2147483648", "MalformedInput", "STRING_VALUE can not be converted to an Integer"},
		{"bad utf-8", "S=%ff", "MalformedInput", "STRING_VALUE can not be converted to a String"},
		{"bad escape", "S=%zz", "MalformedQueryString", "The query string contains a syntax error."},
		{"bad escape in key", "%S=a", "MalformedQueryString", "The query string contains a syntax error."},
		{"no key", "M.entry.1.value=v", "MalformedInput", "Map entry without key"},
		{"too deep", strings.Repeat("E.", 100000) + "S=a", "MalformedInput", "Nesting depth exceeds the maximum allowed (64)"},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := form.Parse(c.text)
			if err == nil {
				_, err = v.Decode(shape)
			}
			var e *schema.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Message != c.want {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("S=a&A.member.1=b&M.entry.1.key=k&M.entry.1.value=v")
	f.Add("L.member.1.L.member.999999999999.S=%20")
	f.Add("E.E.E.F.1=x&A=&I=7")
	shape := everything()
	f.Fuzz(func(t *testing.T, text string) {
		v, err := form.Parse(text)
		if err == nil {
			_, err = v.Decode(shape)
		}
		var e *schema.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error of type %T", err)
		}
	})
}
