package cbor_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/cbor"
)

func everything() *schema.Shape {
	s := &schema.Shape{Name: "Everything", Kind: schema.Structure}
	scalar := func(name string, k schema.Kind) *schema.Member {
		return &schema.Member{Name: name, Shape: &schema.Shape{Name: name, Kind: k}}
	}
	text := &schema.Member{Name: "member", Shape: &schema.Shape{Name: "Text", Kind: schema.String}}
	s.SetMembers([]*schema.Member{
		scalar("S", schema.String), scalar("B", schema.Boolean), scalar("I", schema.Integer), scalar("L", schema.Long),
		scalar("D", schema.Double), scalar("X", schema.Blob), scalar("T", schema.Timestamp),
		{Name: "A", Shape: &schema.Shape{Name: "Texts", Kind: schema.List, Elem: text}},
		{Name: "M", Shape: &schema.Shape{Name: "Pairs", Kind: schema.Map, MapKey: text, Elem: text}},
		{Name: "E", Shape: s},
	})
	return s
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecode_values(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hex, member string
		want              any
	}{
		{"text", "a161536161", "S", "a"},
		{"text in chunks", "a161537f61616162ff", "S", "ab"},
		{"map without length", "bf61536161ff", "S", "a"},
		{"null", "a16153f6", "S", nil},
		{"undefined", "a16153f7", "S", nil},
		{"unknown member", "a2615aa1018201f661536161", "S", "a"},
		{"last of duplicates", "a2615361616153" + "6162", "S", "b"},
		{"no bytes", "", "S", nil},
		{"self-described", "d9d9f7a161536161", "S", "a"},
		{"true", "a16142f5", "B", true},
		{"negative", "a161491903e7", "I", int64(999)},
		{"smallest long", "a1614c3b7fffffffffffffff", "L", int64(math.MinInt64)},
		{"half float", "a16144f93e00", "D", 1.5},
		{"subnormal half", "a16144f90001", "D", math.Ldexp(1, -24)},
		{"single float", "a16144fa3fc00000", "D", 1.5},
		{"integer as double", "a1614402", "D", 2.0},
		{"double as integer", "a16149fb4000000000000000", "I", int64(2)},
		{"blob", "a16158420102", "X", []byte{1, 2}},
		{"empty blob", "a1615840", "X", []byte{}},
		{"time", "a16154c1fb41d452d9ec200000", "T", time.UnixMilli(1363896240500).UTC()},
		{"time as integer", "a16154c11a554d6c31", "T", time.Unix(0x554d6c31, 0).UTC()},
		{"list", "a161418261616162", "A", []any{"a", "b"}},
		{"list without length", "a161419f6161ff", "A", []any{"a"}},
		{"map", "a1614da2616261316161f6", "M", &schema.Pairs{Keys: []string{"b"}, Values: []any{"1"}}},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, err := cbor.Decode(unhex(t, c.hex), shape)
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
	deep := append(unhex(t, "a1615a"), bytes.Repeat([]byte{0x81}, 100000)...)
	cases := []struct {
		name string
		data []byte
		want string
	}{
		{"number for text", unhex(t, "a1615301"), "NUMBER_VALUE can not be converted to a String"},
		{"bytes for text", unhex(t, "a161534101"), "BINARY_VALUE can not be converted to a String"},
		{"map for text", unhex(t, "a16153a0"), "Start of structure or map found where not expected."},
		{"text for list", unhex(t, "a161416161"), "Expected list or null"},
		{"large integer", unhex(t, "a161491a80000000"), "NUMBER_VALUE can not be converted to an Integer"},
		{"large long", unhex(t, "a1614c1b8000000000000000"), "NUMBER_VALUE can not be converted to a Long"},
		{"fraction for integer", unhex(t, "a16149f93e00"), "DECIMAL_VALUE can not be converted to an Integer"},
		{"array at the top", unhex(t, "80"), "Start of list found where not expected"},
		{"number key", unhex(t, "a10101"), "Malformed CBOR"},
		{"trailing bytes", unhex(t, "a000"), "Malformed CBOR"},
		{"bad info", unhex(t, "a161531c"), "Malformed CBOR"},
		{"break in definite map", unhex(t, "a1ff"), "Malformed CBOR"},
		{"nested chunks", unhex(t, "a161537f7f6161ffff"), "Malformed CBOR"},
		{"huge length", unhex(t, "a161537b00ffffffffffffff"), "Unexpected end-of-input"},
		{"huge list", unhex(t, "a161419b00ffffffffffffff"), "Unexpected end-of-input"},
		{"huge map", unhex(t, "bb00ffffffffffffff"), "Unexpected end-of-input"},
		{"no break", unhex(t, "bf"), "Unexpected end-of-input"},
		{"bad utf-8", unhex(t, "a1615361ff"), "Invalid UTF-8"},
		{"too deep", deep, "Nesting depth exceeds the maximum allowed (64)"},
		{"endless tags", bytes.Repeat([]byte{0xc1}, 1000), "Malformed CBOR"},
	}
	shape := everything()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := cbor.Decode(c.data, shape)
			var e *schema.Error
			if !errors.As(err, &e) || e.Code != "SerializationException" || e.Message != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAppendError(t *testing.T) {
	t.Parallel()
	got := cbor.AppendError(nil, "X", &schema.Error{Message: "m", Members: map[string]any{"n": 3, "l": []string{"a"}}})
	want := "a4665f5f747970656158676d657373616765616d616c816161616e03"
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"a161536161", "bf61536161ff", "a161419f6161ff", "a16154c1fb41d5bd2f6c47ae14", "a16145a161490a", "d9d9f7a0", "a1614da2616261316161f6"} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	shape := everything()
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := cbor.Decode(data, shape)
		if err != nil {
			var e *schema.Error
			if !errors.As(err, &e) {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		out, err := cbor.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := cbor.Decode(out, shape)
		if err != nil {
			t.Fatalf("refuses its own %x: %v", out, err)
		}
		if twice, err := cbor.Append(nil, again); err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("%x became %x (%v)", out, twice, err)
		}
	})
}
