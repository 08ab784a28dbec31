package pattern_test

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

const trailEvent = `{"eventType":"UpdateTrail","ip":"111.111.111.111","arr":["value","another"],"objs":[{"id":1},{"id":2}],` +
	`"nul":null,"a.b":"c","n":12.5,"code":400,"codeText":"400","yes":true,"no":false,"esc":"say \"hi\" \u00e9\ud83d\ude00",` +
	`"empty":"","deep":{"er":{"x":"y"}},"k\u0065y":"v","exp":1.5e3}`

const accessLine = `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /a HTTP/1.0" 200 1534`

// Blanks are free, line breaks too; what a file of cases can hold is in ptest.
func TestPattern_Match_lineBreaks(t *testing.T) {
	t.Parallel()
	p, err := pattern.Parse("{\n$.n\t=\n12.5\n}")
	if err != nil {
		t.Fatal(err)
	}
	if !p.Match([]byte(trailEvent)) {
		t.Error("no match")
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	const general = pattern.MessageInvalid
	for text, want := range map[string]string{
		"a(b)":                                   "Invalid character(s) in term '('",
		"`x":                                     "Invalid character(s) in term '`'",
		"?Status: timeout":                       "Invalid character(s) in term ':'",
		`level\":x`:                              `Invalid character(s) in term '\'`,
		"?":                                      "Invalid character(s) in term '?'",
		`"open`:                                  general,
		"%open":                                  general,
		"%%":                                     general,
		"%a!%":                                   general,
		"%(a)%":                                  general,
		"%a b%":                                  general,
		"%é%":                                    general,
		"%a% b":                                  general,
		`%\b%`:                                   general,
		`%[%`:                                    general,
		"{}":                                     general,
		"{ $.a }":                                general,
		"{ $.a = }":                              general,
		"{ $.a = 1":                              general,
		"{ $.a = 1 } x":                          general,
		"{ $.a == 1 }":                           "Invalid character(s) in term '='",
		"{ $.a IS NOT NULL }":                    general,
		"{ $.a EXISTS }":                         general,
		"{ $.a IS nothing }":                     general,
		`{ $.a > "x" }`:                          general,
		"{ $.eventType >= UpdateTrail }":         general,
		`{ $."sc-status" = 5* }`:                 `Invalid character(s) in term '$."'`,
		"{ $ = 1 }":                              general,
		"{ a = 1 }":                              general,
		"{ $.a[x] = 1 }":                         general,
		"{ $.a[-1] = 1 }":                        general,
		"{ $.a[*].b[*] = 1 }":                    general,
		"{ ($.a = 1 }":                           general,
		"{ $.a = 1 && }":                         general,
		"{ $.a = 1 & $.b = 2 }":                  general,
		"{ $.a=%a% || $.a=%b% || $.a=%c% }":      general,
		"{ $.a[*]=1||$.b[*]=1||$.c.*=1||$.*=1 }": general,
		"[a":                                     general,
		"[a b]":                                  general,
		"[a, a]":                                 general,
		"[a=1 && b=2]":                           general,
		"[..., a, ..., b, ...]":                  general,
		"[a > x]":                                general,
		"[a] b":                                  general,
		"[(]":                                    "Invalid character(s) in term ']'",
		strings.Repeat("a", 1025):                general,
		"\xff":                                   general,
		"{ " + strings.Repeat("(", 500) + "$.a=1" + strings.Repeat(")", 500) + " }": general,
	} {
		t.Run(text[:min(len(text), 30)], func(t *testing.T) {
			t.Parallel()
			_, err := pattern.Parse(text)
			syntax, ok := errors.AsType[*pattern.SyntaxError](err)
			if !ok {
				t.Fatalf("Parse: %v, want a SyntaxError", err)
			}
			if err.Error() != want {
				t.Errorf("message %q, want %q (%s)", err, want, syntax.Detail())
			}
		})
	}
}

func TestPattern_Extract(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, message string
		want             map[string]string
	}{
		{"frank", accessLine, map[string]string{}},
		{"%frank%", accessLine, map[string]string{}},
		{"", accessLine, map[string]string{}},
		{"[..., status_code=200, size]", accessLine, map[string]string{"$1": "127.0.0.1", "$2": "-", "$3": "frank",
			"$4": "10/Oct/2000:13:25:15 -0700", "$5": "GET /a HTTP/1.0", "$status_code": "200", "$size": "1534"}},
		{"[w1=ERROR, w2]", "ERROR a b  c ", map[string]string{"$w1": "ERROR", "$w2": "a b  c"}},
		{"[a, , c]", "1 2 3", map[string]string{"$a": "1", "$2": "2", "$c": "3"}},
		{"[a, ...]", "1 2", map[string]string{"$a": "1", "$2": "2"}},
		{"[]", "1 2", map[string]string{"$1": "1", "$2": "2"}},
		{`{ $.eventName = "ConsoleLogin" }`, `{"eventName":"ConsoleLogin"}`, map[string]string{"$.eventName": "ConsoleLogin"}},
		{`{ $.a = 1 || $.b = "x\"" || $.zz = 2 || $.c[*] = 3 }`, `{"a":1,"b":"x\"","c":[{},3,4]}`,
			map[string]string{"$.a": "1", "$.b": `x"`, "$.c[*]": "3"}},
	} {
		t.Run(c.pattern, func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(c.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Extract([]byte(c.message)); !maps.Equal(got, c.want) {
				t.Errorf("Extract = %q, want %q", got, c.want)
			}
		})
	}
}

func TestPattern_Selector(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, selector, message string
		text                       string
		number                     float64
		hasText, hasNumber         bool
	}{
		{"x", "1", "x", "1", 1, true, true},
		{"x", "2.5e1", "x", "2.5e1", 25, true, true},
		{"{ $.a = * }", "$.a", `{"a":12.5}`, "12.5", 12.5, true, true},
		{"{ $.a = * }", "$.b.c", `{"b":{"c":"7"}}`, "7", 7, true, true},
		{"{ $.a = * }", "$.a", `{"a":"x"}`, "x", 0, true, false},
		{"{ $.a = * }", "$.a", `{"a":null}`, "", 0, false, false},
		{"{ $.a = * }", "$.a", `{"a":{}}`, "", 0, false, false},
		{"{ $.a = * }", "$.a", `nothing`, "", 0, false, false},
		{"[..., status, size]", "$size", accessLine, "1534", 1534, true, true},
		{"[..., status, size]", "$1", accessLine, "127.0.0.1", 0, true, false},
		{"[..., status, size]", "$99", accessLine, "", 0, false, false},
		{"[]", "$2", "a 5", "5", 5, true, true},
	} {
		t.Run(c.pattern+" "+c.selector+" "+c.message, func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(c.pattern)
			if err != nil {
				t.Fatal(err)
			}
			sel, err := p.Selector(c.selector)
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := sel.Value([]byte(c.message)); text != c.text || ok != c.hasText {
				t.Errorf("Value = %q, %v", text, ok)
			}
			if n, ok := sel.Number([]byte(c.message)); n != c.number || ok != c.hasNumber {
				t.Errorf("Number = %v, %v", n, ok)
			}
		})
	}
	for pat, selectors := range map[string][]string{
		"x":           {"", "$.a", "$a", "abc"},
		"{ $.a = * }": {"$", "$a", "$.a b", "a"},
		"[a, b]":      {"$", "$c", "$.a", "$0"},
	} {
		p, err := pattern.Parse(pat)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range selectors {
			if _, err := p.Selector(s); err == nil {
				t.Errorf("Selector(%q) of %q accepted", s, pat)
			}
		}
	}
}

func TestPattern_Match_agreesOnJSON(t *testing.T) {
	t.Parallel()
	p, err := pattern.Parse("{ $.nowhere NOT EXISTS }")
	if err != nil {
		t.Fatal(err)
	}
	deep := `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`
	for _, text := range []string{`{}`, `{"a":-0.5e-7}`, `{"a":01}`, `{"a":1.}`, `{"a":+1}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":tru}`,
		"{\"a\":\"\n\"}", `{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `{"a":[1,]}`, `{"a":[}]`, `{"`, `{"a":`, deep, deep[:9000], "{\"a\":\"\xff\"}"} {
		if got, want := p.Match([]byte(text)), json.Valid([]byte(text)); got != want {
			t.Errorf("Match(%.40q) = %v, package json says %v", text, got, want)
		}
	}
}

func TestPattern_Match_allocatesNothing(t *testing.T) {
	for _, text := range []string{"ERROR ?x -y", "%ERR%", "{ $.eventType = Update* && $.n > 3 && $.objs[*].id = 2 }",
		"[..., status_code=404 || status_code = 2*, size > 3]"} {
		p, err := pattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range []string{trailEvent, accessLine} {
			m := []byte(message)
			if n := testing.AllocsPerRun(50, func() { p.Match(m) }); n > 0 {
				t.Errorf("%s: %v allocations", text, n)
			}
		}
	}
}
