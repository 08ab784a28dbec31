package value

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

func TestEqual(t *testing.T) {
	t.Parallel()
	m := OfMap(`{}`)
	for _, c := range []struct {
		name string
		a, b Value
		want bool
	}{
		{"same text", OfString("a"), OfString("a"), true},
		{"case", OfString("a"), OfString("A"), false},
		{"numeric texts", OfString("7"), OfString("7.0"), true},
		{"text and number", OfString("7"), OfNumber(7), true},
		{"word and number", OfString("seven"), OfNumber(7), false},
		{"long digits are identifiers", OfString("1234567890123456789"), OfString("1234567890123456788"), false},
		{"null and null", Value{}, Value{}, false},
		{"null and text", Value{}, OfString(""), false},
		{"map and itself", m, m, false},
		{"boolean and 1", OfBool(true), OfNumber(1), true},
		{"boolean and true", OfBool(true), OfString("true"), true},
		{"boolean and false", OfBool(true), OfString("false"), false},
		{"time and milliseconds", OfTime(1000), OfNumber(1000), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if Equal(c.a, c.b) != c.want || Equal(c.b, c.a) != c.want {
				t.Errorf("Equal(%v, %v) is not %v", c.a, c.b, c.want)
			}
		})
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		a, b Value
		n    int
		ok   bool
	}{
		{"numbers", OfNumber(2), OfNumber(10), -1, true},
		{"numeric texts", OfString("9"), OfString("10"), -1, true},
		{"texts", OfString("b"), OfString("a"), 1, true},
		{"word and number", OfString("a"), OfNumber(1), 0, false},
		{"null", Value{}, OfNumber(1), 0, false},
		{"list", OfList("[]"), OfNumber(1), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if n, ok := Order(c.a, c.b); n != c.n || ok != c.ok {
				t.Errorf("Order is %d, %v", n, ok)
			}
		})
	}
}

// The ascending sample of AWS's page on sort.
func TestCompare_sample(t *testing.T) {
	t.Parallel()
	sample := []string{"!:", "#", "*%04", "0#", "5A", "111A", "2345_", "@", "@_", "A", "A9876fghj", "a12345hfh", "0", "01", "1", "2", "3"}
	for i, a := range sample {
		for j, b := range sample {
			got := Compare(OfString(a), OfString(b))
			if i < j && got >= 0 || i > j && got <= 0 || i == j && got != 0 {
				t.Errorf("Compare(%q, %q) is %d", a, b, got)
			}
		}
		if Compare(OfString(a), Value{}) >= 0 {
			t.Errorf("null is not after %q", a)
		}
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]float64{"0": 0, "-1": -1, "+2": 2, "1.5": 1.5, ".5": .5, "1e3": 1000, "12345678901234567890": 12345678901234567890} {
		if got, ok := ParseNumber(s); !ok || got != want {
			t.Errorf("ParseNumber(%q) is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "-", "0x10", "1_000", "NaN", "inf", "1 ", " 1", "1a", "--1", "1.2.3", "e5"} {
		if got, ok := ParseNumber(s); ok {
			t.Errorf("ParseNumber(%q) is %v", s, got)
		}
	}
}

// TestNumberGrammar compares ParseNumber with its definition over all short texts of what numbers are made of.
func TestNumberGrammar(t *testing.T) {
	t.Parallel()
	grammar := regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	var try func(s string)
	try = func(s string) {
		got, ok := ParseNumber(s)
		want, err := strconv.ParseFloat(s, 64)
		if is := grammar.MatchString(s) && err == nil; ok != is || is && got != want {
			t.Errorf("ParseNumber(%q) is %v, %v; want %v, %v", s, got, ok, want, is)
		}
		if len(s) < 6 {
			for _, c := range "07.e+-_" {
				try(s + string(c))
			}
		}
	}
	try("")
	for _, s := range []string{"1e999", "-.5E-3", "9007199254740993", "123456789012345.25", "1e+", "198.51.100.7"} {
		try(s)
	}
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]float64{"33": 33, "12.5": 12.5, "-1": -1, "0": math.Copysign(0, -1), "0.1": 0.1, "1772323200000": 1772323200000} {
		if got := FormatNumber(f); got != want {
			t.Errorf("FormatNumber(%v) is %s, not %s", f, got, want)
		}
	}
	if !OfNumber(math.Inf(1)).IsNull() || !OfNumber(math.NaN()).IsNull() {
		t.Error("infinite results are not null")
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	json := `{"a":{"b":[{"c":"x"},{"c":true}],"n":null,"k.l":3},"d.e":12.50,"f-g":"h","*":"star","s":"q\"\u00e9"}`
	for _, c := range []struct {
		name     string
		segments []string
		want     string
		present  bool
	}{
		{"leaf in list", []string{"a", "b", "0", "c"}, "x", true},
		{"boolean", []string{"a", "b", "1", "c"}, "1", true},
		{"null is absent", []string{"a", "n"}, "", false},
		{"object is no leaf", []string{"a"}, "", false},
		{"key with dot in two segments", []string{"d", "e"}, "12.50", true},
		{"key with dot in one segment", []string{"a", "k.l"}, "3", true},
		{"hyphen", []string{"f-g"}, "h", true},
		{"wildcards are letters", []string{"*"}, "star", true},
		{"modifiers are letters", []string{"@this"}, "", false},
		{"count is no count", []string{"a", "b", "#"}, "", false},
		{"escapes", []string{"s"}, "q\"é", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := NewPath(c.segments).Leaf(json).Text()
			if got != c.want || ok != c.present {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

func FuzzPath(f *testing.F) {
	f.Add(`{"a":{"b":1}}`, "a", "b")
	f.Add(`{"a":[1,{"x":"y"}]`, "a", "1")
	f.Fuzz(func(t *testing.T, json, a, b string) {
		if len(json) > 10_000 {
			return
		}
		NewPath([]string{a, b}).Any(json).Elements()
		Leaves(json, 200, func(string, Value) {})
	})
}
