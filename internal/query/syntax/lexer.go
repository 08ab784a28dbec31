package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	tEOF kind = iota
	tName
	tNumber
	tPeriod
	tString
	tRegex
	tOp
	tBad
)

// token is one lexical unit. Names carry their path segments; quoted says that a segment stood in backticks, which keeps
// the name from being taken for a keyword.
type token struct {
	Pos
	kind     kind
	text     string // operator, number or period as written, string or regex content, name joined by dots
	segments []string
	quoted   bool
}

func (t token) is(op string) bool { return t.kind == tOp && t.text == op }

// word reports whether t is the unquoted keyword w, in any case.
func (t token) word(w string) bool {
	return t.kind == tName && !t.quoted && strings.EqualFold(t.text, w)
}

// lexer cuts the text on demand: whether a slash begins a regex or divides is known by the parser only.
type lexer struct {
	src string
	off int
}

func (l *lexer) skip() {
	for l.off < len(l.src) {
		c := l.src[l.off]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			l.off++
		case c == '#':
			n := strings.IndexByte(l.src[l.off:], '\n')
			if n < 0 {
				l.off = len(l.src)
			} else {
				l.off += n + 1
			}
		case c >= 0x80:
			r, n := utf8.DecodeRuneInString(l.src[l.off:])
			if !unicode.IsSpace(r) && r != '\ufeff' {
				return
			}
			l.off += n
		default:
			return
		}
	}
}

func (l *lexer) next() token {
	l.skip()
	start := l.off
	if start >= len(l.src) {
		return token{Pos: Pos{start, start}, kind: tEOF, text: "<EOF>"}
	}
	c := l.src[start]
	switch {
	case c == '"' || c == '\'':
		return l.str(c)
	case c-'0' < 10:
		return l.number()
	case c == '.' && start+1 < len(l.src) && l.src[start+1]-'0' < 10:
		return l.number()
	case c == '`' || isNameStart(l.src[start:]):
		return l.name()
	}
	if start+1 < len(l.src) {
		switch two := l.src[start : start+2]; two {
		case "!=", "<=", ">=", "=~", "==", "<>":
			l.off += 2
			return token{Pos: Pos{start, l.off}, kind: tOp, text: two}
		}
	}
	if strings.IndexByte("|,()[]=<>+-*/%^!:{}", c) >= 0 {
		l.off++
		return token{Pos: Pos{start, l.off}, kind: tOp, text: l.src[start:l.off]}
	}
	_, n := utf8.DecodeRuneInString(l.src[start:])
	l.off += n
	return token{Pos: Pos{start, l.off}, kind: tBad, text: l.src[start:l.off]}
}

// str reads a quoted text. An escape other than of quote, backslash, n, t, r keeps its backslash. [inferred]
func (l *lexer) str(q byte) token {
	start := l.off
	l.off++
	var b strings.Builder
	for l.off < len(l.src) {
		c := l.src[l.off]
		l.off++
		if c == q {
			return token{Pos: Pos{start, l.off}, kind: tString, text: b.String()}
		}
		if c == '\\' && l.off < len(l.src) {
			e := l.src[l.off]
			l.off++
			switch e {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '\\', '"', '\'':
				b.WriteByte(e)
			default:
				b.WriteByte('\\')
				b.WriteByte(e)
			}
			continue
		}
		b.WriteByte(c)
	}
	return token{Pos: Pos{start, l.off}, kind: tBad, text: l.src[start:l.off]}
}

// regex reads /…/ at offset start; a slash inside is written \/.
func (l *lexer) regex(start int) token {
	l.off = start + 1
	var b strings.Builder
	for l.off < len(l.src) {
		c := l.src[l.off]
		l.off++
		if c == '/' {
			return token{Pos: Pos{start, l.off}, kind: tRegex, text: b.String()}
		}
		if c == '\\' && l.off < len(l.src) {
			e := l.src[l.off]
			l.off++
			if e != '/' {
				b.WriteByte('\\')
			}
			b.WriteByte(e)
			continue
		}
		b.WriteByte(c)
	}
	return token{Pos: Pos{start, l.off}, kind: tBad, text: l.src[start:l.off]}
}

// number reads 12, 1.5, 1e3 and periods such as 5m.
func (l *lexer) number() token {
	start := l.off
	digits := func() {
		for l.off < len(l.src) && l.src[l.off]-'0' < 10 {
			l.off++
		}
	}
	digits()
	whole := l.off
	if l.off+1 < len(l.src) && l.src[l.off] == '.' && l.src[l.off+1]-'0' < 10 {
		l.off++
		digits()
	}
	if l.off < len(l.src) && l.src[l.off]|0x20 == 'e' {
		at := l.off
		l.off++
		if l.off < len(l.src) && (l.src[l.off] == '-' || l.src[l.off] == '+') {
			l.off++
		}
		if l.off < len(l.src) && l.src[l.off]-'0' < 10 {
			digits()
		} else {
			l.off = at
		}
	}
	if l.off == whole {
		for l.off < len(l.src) && l.src[l.off]|0x20 >= 'a' && l.src[l.off]|0x20 <= 'z' {
			l.off++
		}
		if l.off > whole {
			return token{Pos: Pos{start, l.off}, kind: tPeriod, text: l.src[start:l.off]}
		}
	}
	return token{Pos: Pos{start, l.off}, kind: tNumber, text: l.src[start:l.off]}
}

func isNameStart(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return r == '_' || r == '@' || r == '$' || unicode.IsLetter(r) && !(r == utf8.RuneError && n <= 1)
}

func isNameRune(r rune, n int) bool {
	return r == '_' || r == '@' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && n > 0
}

// name reads a path: segments joined by dots, in backticks or bare, and [n] for an element.
func (l *lexer) name() token {
	t := token{kind: tName}
	start := l.off
	bad := func() token {
		return token{Pos: Pos{start, l.off}, kind: tBad, text: l.src[start:l.off]}
	}
	for {
		seg, quoted, ok := l.segment()
		if !ok {
			return bad()
		}
		t.segments = append(t.segments, seg)
		t.quoted = t.quoted || quoted
		for l.off < len(l.src) && l.src[l.off] == '[' && !(len(t.segments) == 1 && strings.EqualFold(seg, "in") && !quoted) {
			end := l.off + 1
			for end < len(l.src) && l.src[end]-'0' < 10 {
				end++
			}
			if end == l.off+1 || end >= len(l.src) || l.src[end] != ']' {
				break
			}
			t.segments = append(t.segments, l.src[l.off+1:end])
			l.off = end + 1
		}
		if l.off+1 < len(l.src) && l.src[l.off] == '.' {
			if r, n := utf8.DecodeRuneInString(l.src[l.off+1:]); r == '`' || isNameRune(r, n) {
				l.off++
				continue
			}
		}
		break
	}
	t.Pos = Pos{start, l.off}
	t.text = strings.Join(t.segments, ".")
	return t
}

func (l *lexer) segment() (seg string, quoted, ok bool) {
	if l.src[l.off] == '`' {
		n := strings.IndexByte(l.src[l.off+1:], '`')
		if n <= 0 {
			l.off = len(l.src)
			return "", true, false
		}
		seg = l.src[l.off+1 : l.off+1+n]
		l.off += n + 2
		return seg, true, true
	}
	start := l.off
	for l.off < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.off:])
		if r == utf8.RuneError && n <= 1 || !isNameRune(r, n) {
			break
		}
		l.off += n
	}
	return l.src[start:l.off], false, l.off > start
}
