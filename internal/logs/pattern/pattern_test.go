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

func TestPattern_Match(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, message string
		want             bool
	}{
		// everything
		{"", "x", true},
		{" ", "", true},
		{`""`, "x", true},
		// terms
		{"ERROR", "[ERROR 401] UNAUTHORIZED REQUEST", true},
		{"ERROR", "[error 401]", false},
		{"ERROR", "MYERRORS", true},
		{"ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true},
		{"ARGUMENTS ERROR", "[ERROR 419] MISSING ARGUMENTS", true},
		{"ERROR ARGUMENTS", "[ERROR 401]", false},
		{`"INTERNAL SERVER ERROR"`, "[ERROR 500] INTERNAL SERVER ERROR", true},
		{`"INTERNAL SERVER ERROR"`, "INTERNAL ERROR", false},
		{`"say \"hi\""`, `they say "hi" to`, true},
		{"?ERROR ?ARGUMENTS", "MISSING ARGUMENTS", true},
		{"?ERROR ?ARGUMENTS", "all well", false},
		{"?A1 ?B1 C1", "C1", true},
		{"?A1 ?B1 C1", "A1 B1", false},
		{`?"" ?x`, "all well", true},
		{`?"two words" ?x`, "has two words", true},
		{"ERROR -ARGUMENTS", "[ERROR 401]", true},
		{"ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false},
		{`ERROR -"two words"`, "ERROR two words", false},
		{"-A1", "B", true},
		{"-A1", "A1", false},
		{"été", "un été", true},
		// regular expressions
		{"%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", true},
		{"%AUTHORIZED%", "authorized", false},
		{`%^\d{3}$%`, "401", true},
		{`%^\d{3}$%`, "4011", false},
		{`%a{,2}b%`, "b", true},
		{`%^a{,2}b%`, "aaab", false},
		{`%\x21%`, "hey!", true},
		{`%[{,]x%`, "{x", true},
		// JSON
		{`{ $.eventType = "Update*" }`, trailEvent, true},
		{`{ $.ip != 123.123.* }`, trailEvent, true},
		{`{ $.ip != 111.111.* }`, trailEvent, false},
		{`{ $.arr[0] = "value" }`, trailEvent, true},
		{`{ $.arr[1] = "value" }`, trailEvent, false},
		{`{ $.arr[9] = "value" }`, trailEvent, false},
		{`{ $.arr = "value" }`, trailEvent, false},
		{`{ $.arr != "value" }`, trailEvent, false},
		{`{ $.arr[*] = %^val% }`, trailEvent, true},
		{`{ $.arr[*] = %^xal% }`, trailEvent, false},
		{`{ $.objs[1].id >= 2 && $.n < 13 }`, trailEvent, true},
		{`{ $.objs[*].id = 2 }`, trailEvent, true},
		{`{ $.objs[*].id = 3 }`, trailEvent, false},
		{`{ $.objs[*].zz NOT EXISTS }`, trailEvent, true},
		{`{ $.nul IS NULL }`, trailEvent, true},
		{`{ $.zzz IS NULL }`, trailEvent, false},
		{`{ $.zzz NOT EXISTS }`, trailEvent, true},
		{`{ $.nul NOT EXISTS }`, trailEvent, false},
		{`{ $.['a.b'] = "c" }`, trailEvent, true},
		{`{ $['a.b'] = c }`, trailEvent, true},
		{`{ $.x = 1 || $.eventType = "UpdateTrail" && $.n = 99 }`, trailEvent, false},
		{`{ ($.x = 1 || $.eventType = "UpdateTrail") && $.n = 12.5 }`, trailEvent, true},
		{`{ $.yes IS TRUE }`, trailEvent, true},
		{`{ $.yes IS FALSE }`, trailEvent, false},
		{`{ $.no IS FALSE }`, trailEvent, true},
		{`{ $.codeText IS TRUE }`, trailEvent, false},
		{`{ $.code = 400 }`, trailEvent, true},
		{`{ $.code = 4e+2 }`, trailEvent, true},
		{`{ $.code = 400.0 }`, trailEvent, true},
		{`{ $.code = 4* }`, trailEvent, true},
		{`{ $.code = *3 }`, trailEvent, false},
		{`{ $.codeText = 400 }`, trailEvent, true},
		{`{ $.codeText >= 400 }`, trailEvent, false},
		{`{ $.exp > 1499 && $.exp<=1500 }`, trailEvent, true},
		{`{ $.n = * }`, trailEvent, true},
		{`{ $.eventType = "*" }`, trailEvent, true},
		{`{ $.zzz = * }`, trailEvent, false},
		{`{ $.nul = * }`, trailEvent, false},
		{`{ $.zzz != "a" }`, trailEvent, true},
		{`{ $.ip = "1*.*.111" }`, trailEvent, true},
		{`{ $.eventType = "*date*" }`, trailEvent, true},
		{`{ $.esc = "say \"hi\" é😀" }`, trailEvent, true},
		{`{ $.esc = "say*" }`, trailEvent, true},
		{`{ $.empty = "" }`, trailEvent, true},
		{`{ $.deep.er.x = y }`, trailEvent, true},
		{`{ $.deep.*.x = y }`, trailEvent, true},
		{`{ $.deep.* = y }`, trailEvent, false},
		{`{ $.deep.er.* = y }`, trailEvent, true},
		{`{ $.* = "UpdateTrail" }`, trailEvent, true},
		{`{ $.key = v }`, trailEvent, true},
		{"{\n$.n\t=\n12.5\n}", trailEvent, true},
		{`{($.eventType=UpdateTrail)||($.c=d)}`, trailEvent, true},
		{`{ $.detail-type = "x" }`, `{"detail-type":"x"}`, true},
		{`{ $.a[0][1] = 7 }`, `{"a":[[6,7]]}`, true},
		// events that are not JSON objects
		{`{ $.zzz NOT EXISTS }`, "plain", false},
		{`{ $.a = 1 }`, `pre {"a":1}`, false},
		{`{ $.a = 1 }`, `{"a":1} post`, false},
		{`{ $.a = 1 }`, `{"a":1`, false},
		{`{ $.a = 1 }`, ` {"a":1} `, true},
		{`{ $.a = 1 }`, `[{"a":1}]`, false},
		{`{ $.a = 1 }`, `{"a":1,}`, false},
		// space-delimited
		{"[]", "", true},
		{"[]", "anything at all", true},
		{"[w1=ERROR, w2]", "ERROR 09/25/2014 12:00:02 Failed to process request", true},
		{"[w1=ERROR, w2]", "WARN 09/25/2014", false},
		{"[w1=ERROR, w2]", "ERROR", false},
		{"[w1=ERROR || w1=%WARN%, w2]", "WARNING x", true},
		{"[w1!=ERROR&&w1!=WARN, w2]", "INFO x", true},
		{"[w1!=ERROR&&w1!=WARN, w2]", "WARN x", false},
		{"[ip, user, username, timestamp, request, status_code=4*, bytes]", strings.Replace(accessLine, " 200 ", " 404 ", 1), true},
		{"[ip, user, username, timestamp, request, status_code=4*, bytes]", accessLine, false},
		{"[ip, user, username, timestamp, request, status_code = 404 || status_code = 200, bytes]", accessLine, true},
		{"[ip, user, username, timestamp, request =*HTTP*, status_code, bytes > 1000]", accessLine, true},
		{"[ip, user, username, timestamp, request, status_code, bytes > 2000]", accessLine, false},
		{"[..., status_code=200, size]", accessLine, true},
		{"[..., status_code=404, size]", accessLine, false},
		{"[ip=127.*, ..., size=1534]", accessLine, true},
		{"[ip, ...]", accessLine, true},
		{"[ip=1.2.3.4, ...]", accessLine, false},
		{"[..., word=frank, ...]", accessLine, true},
		{"[..., word=nobody, ...]", accessLine, false},
		{"[..., a=frank, b=10*, ...]", accessLine, true},
		{"[ip, , name=frank, t, r, s, ]", accessLine, true},
		{"[a, b=1 && (a=x || a=y), c]", "y 1 z", true},
		{"[a, b=1 && (a=x || a=y), c]", "q 1 z", false},
		{`[a="GET /a HTTP/1.0", b]`, `"GET /a HTTP/1.0" 1`, true},
		{"[a=[x, b]", "[x y", true},
	} {
		t.Run(c.pattern+" on "+c.message[:min(len(c.message), 20)], func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(c.pattern)
			if err != nil {
				t.Fatalf("Parse: %v", err)
			}
			if got := p.Match([]byte(c.message)); got != c.want {
				t.Errorf("Match = %v, want %v", got, c.want)
			}
			again, err := pattern.Parse(p.String())
			if err != nil {
				t.Fatalf("Parse of printed %q: %v", p, err)
			}
			if again.String() != p.String() || again.Match([]byte(c.message)) != c.want {
				t.Errorf("printed %q, reprinted %q, or another answer", p, again)
			}
			if p.Text() != c.pattern {
				t.Errorf("Text = %q", p.Text())
			}
		})
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
