package pattern_test

import (
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/authz/policy/pattern"
)

type vars map[string]string

func (v vars) Variable(k string) (string, bool) { s, ok := v[k]; return s, ok }

var values = vars{"aws:username": "bob", "star": "*", "raw": "\xff", "aws:principaltag/team": "red", "empty": ""}

func TestPattern_Match(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pattern, text string
		want          bool
	}{
		"equal":                        {"abc", "abc", true},
		"prefix is not enough":         {"abc", "abcd", false},
		"star":                         {"a*c", "abbc", true},
		"star over nothing":            {"a*c", "ac", true},
		"star over slash and colon":    {"a*", "a/b:c", true},
		"two stars":                    {"*b*", "abc", true},
		"star must end":                {"a*c", "abcd", false},
		"one":                          {"a?c", "abc", true},
		"one is not none":              {"a?c", "ac", false},
		"one rune":                     {"a?c", "aéc", true},
		"case":                         {"ABC", "abc", false},
		"variable":                     {"home/${aws:username}/*", "home/bob/x", true},
		"variable of another":          {"home/${aws:username}/*", "home/eve/x", false},
		"variable name in any case":    {"${AWS:UserName}", "bob", true},
		"value is literal":             {"home/${star}", "home/bob", false},
		"literal value":                {"home/${star}", "home/*", true},
		"value with the inner marks":   {"home/${raw}", "home/bob", false},
		"missing":                      {"home/${nobody}", "home/", false},
		"default":                      {"home/${nobody, 'all'}", "home/all", true},
		"default unused":               {"home/${aws:username, 'all'}", "home/all", false},
		"default with star is literal": {"${nobody, '*'}", "x", false},
		"escaped star":                 {"a${*}c", "a*c", true},
		"escaped star is literal":      {"a${*}c", "abc", false},
		"escaped dollar":               {"${$}{x}", "${x}", true},
		"unclosed":                     {"${aws:username", "${aws:username", true},
		"empty variable":               {"${}", "${}", true},
		"tag":                          {"${aws:PrincipalTag/team}", "red", true},
		"text with the marks":          {"ab", "a\xff", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pattern.New(tc.pattern, pattern.Options{Wildcards: true, Variables: true})
			if got := p.Match(tc.text, values); got != tc.want {
				t.Errorf("%q against %q: %v", tc.pattern, tc.text, got)
			}
			if p.String() != tc.pattern {
				t.Errorf("String %q", p.String())
			}
		})
	}
	lit := pattern.New("a*${x}", pattern.Options{})
	if !lit.Match("a*${x}", nil) || lit.Match("ab${x}", nil) || lit.HasVariables() {
		t.Error("literal")
	}
}

func TestARN_Match(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		pattern, text string
		want          bool
	}{
		"all":                            {"*", "arn:aws:s3:::b/k", true},
		"all covers no resource":         {"*", "*", true},
		"other does not cover none":      {"arn:aws:s3:::*", "*", false},
		"object":                         {"arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l:m", true},
		"region stays in its part":       {"arn:aws:logs:*:1:x", "arn:aws:logs:us:2:1:x", false},
		"wildcard account":               {"arn:aws:logs:*:*:log-group:g:*", "arn:aws:logs:us-east-1:1:log-group:g:log-stream:s", true},
		"missing parts are stars":        {"arn:aws:s3", "arn:aws:s3:::b", true},
		"of that service":                {"arn:aws:s3", "arn:aws:sqs:::b", false},
		"star does not reach next parts": {"arn:aws:s3:*:1:b", "arn:aws:s3:us:2:1:b", false},
		"variable in the resource":       {"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/bob/x", true},
		"no variable before it":          {"arn:aws:s3::${aws:username}:b", "arn:aws:s3::bob:b", false},
		"default with colons":            {"arn:aws:s3:::${no, 'a:b'}", "arn:aws:s3:::a:b", true},
		"case matters":                   {"arn:aws:s3:::B", "arn:aws:s3:::b", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := pattern.NewARN(tc.pattern, true, false)
			if got := a.Match(tc.text, values); got != tc.want {
				t.Errorf("%q against %q: %v", tc.pattern, tc.text, got)
			}
		})
	}
}

// TestPattern_Match_bounded: many stars cannot make matching exponential.
func TestPattern_Match_bounded(t *testing.T) {
	t.Parallel()
	p := pattern.New(strings.Repeat("*a", 500)+"b", pattern.Options{Wildcards: true})
	start := time.Now()
	if p.Match(strings.Repeat("a", 4000), nil) {
		t.Error("matched")
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
}

// naive is the definition of the wildcards, for texts of ASCII.
func naive(pat, text string) bool {
	switch {
	case pat == "":
		return text == ""
	case pat[0] == '*':
		return naive(pat[1:], text) || text != "" && naive(pat, text[1:])
	}
	return text != "" && (pat[0] == '?' || pat[0] == text[0]) && naive(pat[1:], text[1:])
}

func TestPattern_Match_sameAsDefinition(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewSource(1))
	word := func(letters string, n int) string {
		b := make([]byte, g.Intn(n))
		for i := range b {
			b[i] = letters[g.Intn(len(letters))]
		}
		return string(b)
	}
	for range 50000 {
		pat, text := word("ab*?", 8), word("ab", 9)
		p := pattern.New(pat, pattern.Options{Wildcards: true})
		if got := p.Match(text, nil); got != naive(pat, text) {
			t.Fatalf("%q against %q: %v", pat, text, got)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("a*${aws:username, 'x'}?", "abobx")
	f.Add("${", "${")
	f.Fuzz(func(t *testing.T, p, text string) {
		q := pattern.New(p, pattern.Options{Wildcards: true, Variables: true})
		q.Match(text, values)
		a := pattern.NewARN(p, true, true)
		a.Match(text, values)
		lit := pattern.New(text, pattern.Options{})
		if strings.ToValidUTF8(text, "") == text && !lit.Match(text, nil) {
			t.Errorf("literal %q does not match itself", text)
		}
	})
}
