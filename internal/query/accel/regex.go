package accel

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxRegex bounds patterns: the RE2 library has a memory limit of its own.
const maxRegex = 500

// portable tells whether a pattern means the same to Go and to the RE2 library, as far as whether it matches valid
// UTF-8. Both read the same syntax; what depends on Unicode tables of different age, and syntax that only newer ones
// know, is refused. literal says that the pattern is just the text lit.
func portable(pattern string) (lit string, literal, ok bool) {
	if len(pattern) > maxRegex || !bindable(pattern) {
		return "", false, false
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", false, false
	}
	if prefix, whole := re.LiteralPrefix(); whole && regexp.QuoteMeta(prefix) == pattern {
		return prefix, true, true
	}
	for i := range len(pattern) {
		if pattern[i] < ' ' || pattern[i] > '~' {
			return "", false, false
		}
	}
	for _, s := range []string{`\p`, `\P`, `\C`, `\x`, `\Q`, `(?<`, `(?P`} {
		if strings.Contains(pattern, s) {
			return "", false, false
		}
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	return "", false, err == nil && plain(tree)
}

// plain looks for what case folding makes of letters outside ASCII.
func plain(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpRepeat:
		if re.Max > 100 || re.Min > 100 {
			return false
		}
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r > '~' {
				return false
			}
		}
	}
	for _, sub := range re.Sub {
		if !plain(sub) {
			return false
		}
	}
	return true
}
