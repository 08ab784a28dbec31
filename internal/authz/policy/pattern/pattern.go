package pattern

import (
	"strings"
	"unicode/utf8"
)

const (
	anyRun = 0xff // '*'
	anyOne = 0xfe // '?'
)

// Values looks up a policy variable by its lower-case key. ok is false if the key is absent or has several values, which makes it
// unusable as a variable.
type Values interface {
	Variable(key string) (value string, ok bool)
}

// Pattern is text with wildcards and variables. The zero value matches only the empty text.
type Pattern struct {
	source string
	parts  []part
	fixed  string // encoded text, if no part is a variable
}

type part struct {
	text     string // encoded
	variable string // lower-case key; empty for text
	fallback string
	hasElse  bool
}

// Options says which of the special forms a text may use.
type Options struct {
	Wildcards bool // '*' and '?' are wildcards; otherwise they are themselves
	Variables bool // ${…} is replaced; only under version 2012-10-17
	Fold      bool // compare lower-case
}

// New reads a pattern. Every text is one: an unclosed or empty ${ is literal.
func New(s string, o Options) Pattern {
	p := Pattern{source: s}
	var lit []byte
	add := func(c byte) { lit = append(lit, c) }
	if o.Fold {
		s = strings.ToLower(s)
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	for i := 0; i < len(s); i++ {
		if o.Variables && strings.HasPrefix(s[i:], "${") {
			if end := closing(s[i:]); end > 0 {
				body := s[i+2 : i+end]
				i += end
				switch body {
				case "*", "?", "$": // escapes of what would be special
					add(body[0])
					continue
				}
				if len(lit) > 0 {
					p.parts = append(p.parts, part{text: string(lit)})
					lit = nil
				}
				key, alt, found := strings.Cut(body, ",")
				v := part{variable: strings.ToLower(strings.TrimSpace(key))}
				if found {
					alt = strings.TrimSpace(alt)
					if len(alt) >= 2 && alt[0] == '\'' && alt[len(alt)-1] == '\'' {
						v.fallback, v.hasElse = alt[1:len(alt)-1], true
					}
				}
				p.parts = append(p.parts, v)
				continue
			}
		}
		switch {
		case o.Wildcards && s[i] == '*':
			add(anyRun)
		case o.Wildcards && s[i] == '?':
			add(anyOne)
		default:
			add(s[i])
		}
	}
	if p.parts == nil {
		p.fixed = string(lit)
		return p
	}
	if len(lit) > 0 {
		p.parts = append(p.parts, part{text: string(lit)})
	}
	return p
}

// closing finds the brace that ends a variable at the start of s; a quoted default may hold braces.
func closing(s string) int {
	quoted := false
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\'':
			quoted = !quoted
		case '}':
			if !quoted && i > 2 {
				return i
			}
			if !quoted {
				return 0
			}
		}
	}
	return 0
}

// String is the pattern as written in the policy.
func (p *Pattern) String() string { return p.source }

// HasVariables tells whether matching depends on the request's context.
func (p *Pattern) HasVariables() bool { return p.parts != nil }

// expand puts the variables' values in. ok is false if one is missing and has no default.
func (p *Pattern) expand(v Values) (encoded string, ok bool) {
	if p.parts == nil {
		return p.fixed, true
	}
	var b strings.Builder
	for i := range p.parts {
		q := &p.parts[i]
		if q.variable == "" {
			b.WriteString(q.text)
			continue
		}
		value, ok := "", false
		if v != nil {
			value, ok = v.Variable(q.variable)
		}
		if !ok {
			value, ok = q.fallback, q.hasElse
		}
		if !ok || strings.IndexByte(value, anyRun) >= 0 || strings.IndexByte(value, anyOne) >= 0 {
			return "", false
		}
		b.WriteString(value)
	}
	return b.String(), true
}

// Match tells whether the pattern covers the whole of text. A missing variable covers nothing.
func (p *Pattern) Match(text string, v Values) bool {
	e, ok := p.expand(v)
	return ok && match(e, text)
}

// MatchFold is Match without regard to case.
func (p *Pattern) MatchFold(text string, v Values) bool {
	e, ok := p.expand(v)
	return ok && match(strings.ToLower(e), strings.ToLower(text))
}

// match compares the text before the first star with the start, that after the last with the end, and takes the leftmost place
// for everything between: no place is ever tried twice, and runs without '?' are searched in linear time.
func match(pat, text string) bool {
	first := strings.IndexByte(pat, anyRun)
	if first < 0 {
		n, ok := matchStart(pat, text)
		return ok && n == len(text)
	}
	n, ok := matchStart(pat[:first], text)
	if !ok {
		return false
	}
	text = text[n:]
	last := strings.LastIndexByte(pat, anyRun)
	if n, ok = matchEnd(pat[last+1:], text); !ok {
		return false
	}
	text = text[:len(text)-n]
	for first < last {
		rest := pat[first+1 : last]
		end := strings.IndexByte(rest, anyRun)
		if end < 0 {
			end = len(rest)
		}
		after, ok := find(rest[:end], text)
		if !ok {
			return false
		}
		text = text[after:]
		first += end + 1
	}
	return true
}

// matchStart matches a pattern without stars and gives the bytes it covers.
func matchStart(pat, text string) (n int, ok bool) {
	for i := range len(pat) {
		if n == len(text) {
			return 0, false
		}
		size := 1
		if pat[i] == anyOne {
			_, size = utf8.DecodeRuneInString(text[n:])
		} else if pat[i] != text[n] {
			return 0, false
		}
		n += size
	}
	return n, true
}

func matchEnd(pat, text string) (n int, ok bool) {
	for i := len(pat) - 1; i >= 0; i-- {
		rest := text[:len(text)-n]
		if rest == "" {
			return 0, false
		}
		size := 1
		if pat[i] == anyOne {
			_, size = utf8.DecodeLastRuneInString(rest)
		} else if pat[i] != rest[len(rest)-1] {
			return 0, false
		}
		n += size
	}
	return n, true
}

// find gives the end of the leftmost place where a pattern without stars matches.
func find(pat, text string) (after int, ok bool) {
	if strings.IndexByte(pat, anyOne) < 0 {
		i := strings.Index(text, pat)
		return i + len(pat), i >= 0
	}
	for i := 0; i <= len(text); i++ {
		if n, ok := matchStart(pat, text[i:]); ok {
			return i + n, true
		}
	}
	return 0, false
}
