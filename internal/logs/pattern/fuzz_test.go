package pattern_test

import (
	"encoding/json"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"ERROR -x ?y", `"a b"`, "%[a-z]{,3}%", `{ ($.a[*] = "x*" || $.b.['c d'] IS NULL) && $.c NOT EXISTS }`,
		"[a=1 && (b=2||b=%x%), b, ..., c>3]", "{$.a=1}", "[..., x=1, ...]", "[]"} {
		f.Add(seed, `{"a":[1,"x"],"b":{"c d":null}}`)
		f.Add(seed, `a "b c" [d] 4`)
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		p, err := pattern.Parse(text)
		if err != nil {
			return
		}
		got := p.Match([]byte(message))
		if got && p.Kind() == pattern.JSON && !json.Valid([]byte(message)) {
			t.Fatalf("%q matches %q, which is not JSON", text, message)
		}
		if got {
			p.Extract([]byte(message))
		}
		again, err := pattern.Parse(p.String())
		if err != nil && len(p.String()) <= pattern.MaxLength {
			t.Fatalf("printed form %q of %q: %v", p, text, err)
		}
		if err == nil && (again.String() != p.String() || again.Match([]byte(message)) != got) {
			t.Fatalf("printed form %q of %q is another pattern", p, text)
		}
		for _, sel := range []string{"$.a", "$a", "$1", "$.b.*"} {
			if s, err := p.Selector(sel); err == nil {
				s.Value([]byte(message))
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	var all []*pattern.Pattern
	for _, text := range []string{"{ $.a.b[1] != 3 || $.* = x* || $.c NOT EXISTS || $.['d e'][*] > 1 }", "{ $.zz NOT EXISTS }", "[a=x, ..., b!=1]", "[a, b]", "[..., q=1*, ...]"} {
		p, err := pattern.Parse(text)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, p)
	}
	for _, seed := range []string{trailEvent, accessLine, `{"a":"\ud800"}`, "{\"a\":\"", "[\"", "", `{"d e":[1,2]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		for i, p := range all {
			if p.Match(message) {
				p.Extract(message)
				if i < 2 && !json.Valid(message) {
					t.Fatalf("%s matches what is not JSON", p)
				}
			}
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(message, &object) == nil && object != nil && object["zz"] == nil && !all[1].Match(message) {
			// The scanner and package json must agree on what an object is.
			t.Fatalf("%s does not match", all[1])
		}
	})
}
