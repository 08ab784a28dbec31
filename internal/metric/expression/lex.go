package expression

import (
	"fmt"
	"strings"
)

// MaxLength bounds an expression in bytes. [CloudWatch: MetricDataQuery]
const MaxLength = 2048

// Error says what is wrong with an expression and where.
type Error struct {
	Offset int // in bytes
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func fault(offset int, format string, args ...any) *Error {
	return &Error{Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

type tokenKind int

const (
	end tokenKind = iota
	numeral
	name   // of a series or a function
	quoted // a text
	sign   // an operator or a bracket
)

type token struct {
	kind   tokenKind
	text   string // without quotes
	offset int
}

// signs are longest first.
var signs = []string{"==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "^", "(", ")", "[", "]", ","}

func lex(text string) ([]token, error) {
	if len(text) > MaxLength {
		return nil, fault(0, "the expression is longer than %d characters", MaxLength)
	}
	var out []token
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case digit(c) || c == '.' && i+1 < len(text) && digit(text[i+1]):
			n := numeralLength(text[i:])
			out = append(out, token{numeral, text[i : i+n], i})
			i += n
		case letter(c):
			n := 1
			for i+n < len(text) && (letter(text[i+n]) || digit(text[i+n])) {
				n++
			}
			out = append(out, token{name, text[i : i+n], i})
			i += n
		case c == '"' || c == '\'':
			n := strings.IndexByte(text[i+1:], c)
			if n < 0 {
				return nil, fault(i, "a string has no end")
			}
			out = append(out, token{quoted, text[i+1 : i+1+n], i})
			i += n + 2
		default:
			s := ""
			for _, s = range signs {
				if strings.HasPrefix(text[i:], s) {
					break
				}
				s = ""
			}
			if s == "" {
				return nil, fault(i, "unexpected character %q", c)
			}
			out = append(out, token{sign, s, i})
			i += len(s)
		}
	}
	return append(out, token{kind: end, offset: len(text)}), nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// numeralLength measures digits, a fraction and an exponent.
func numeralLength(s string) int {
	n := 0
	digits := func() {
		for n < len(s) && digit(s[n]) {
			n++
		}
	}
	digits()
	if n < len(s) && s[n] == '.' {
		n++
		digits()
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		was := n
		if n++; n < len(s) && (s[n] == '+' || s[n] == '-') {
			n++
		}
		if n == len(s) || !digit(s[n]) {
			return was
		}
		digits()
	}
	return n
}
