package pattern

import (
	"bytes"
	"strconv"
	"strings"
)

// operator compares a value of the event with the literal of the pattern.
type operator uint8

const (
	opEqual operator = iota
	opNotEqual
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opIsNull // from here on: JSON only, without literal
	opIsTrue
	opIsFalse
	opNotExists
)

var operatorText = [...]string{"=", "!=", "<", "<=", ">", ">=", "IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"}

// comparisons are tried in this order: longer ones first.
var comparisons = []operator{opNotEqual, opLessEqual, opGreaterEqual, opEqual, opLess, opGreater}

func (s *source) comparison() (operator, *SyntaxError) {
	s.blanks()
	for _, op := range comparisons {
		if s.take(operatorText[op]) {
			return op, nil
		}
	}
	return 0, invalid(s.pos, "comparison operator expected")
}

// ordered tells the operators that compare numbers only.
func (op operator) ordered() bool { return op >= opLess && op <= opGreaterEqual }

func (op operator) holds(a, b float64) bool {
	switch op {
	case opLess:
		return a < b
	case opLessEqual:
		return a <= b
	case opGreater:
		return a > b
	default:
		return a >= b
	}
}

// literal is the right side of a comparison.
type literal struct {
	text    string
	quoted  bool
	numeric bool
	number  float64
	glob    [][]byte // the pieces between asterisks; nil without an asterisk
	regex   *regex
}

// parseLiteral takes number, "string", bare string or %regex% after op. Bare text ends at a blank or a byte of stop.
func parseLiteral(s *source, op operator, stop string) (literal, *SyntaxError) {
	s.blanks()
	start := s.pos
	l := literal{}
	var err *SyntaxError
	switch c := s.peek(); {
	case c == '"':
		l.quoted = true
		l.text, err = s.quoted()
	case c == '%':
		l.regex, err = parseRegex(s)
	default:
		for !s.end() && !isBlank(s.peek()) && strings.IndexByte(stop, s.peek()) < 0 {
			if strings.IndexByte(`"=<>!(){}`, s.peek()) >= 0 {
				return l, badTerm(start, s.text[start:s.pos+1])
			}
			s.pos++
		}
		l.text = s.text[start:s.pos]
		if l.text == "" {
			return l, invalid(start, "value expected")
		}
		l.number, l.numeric = number([]byte(l.text))
	}
	if err != nil {
		return l, err
	}
	if op.ordered() && !l.numeric {
		return l, invalid(start, "%s compares numbers", operatorText[op])
	}
	if l.regex == nil && strings.Contains(l.text, "*") {
		l.glob = bytes.Split([]byte(l.text), []byte("*"))
	}
	return l, nil
}

// same tells whether text is what the literal describes.
func (l *literal) same(text []byte) bool {
	switch {
	case l.regex != nil:
		return l.regex.re.Match(text)
	case l.glob != nil:
		return glob(l.glob, text)
	default:
		return string(text) == l.text
	}
}

func (l *literal) print(b []byte) []byte {
	switch {
	case l.regex != nil:
		return l.regex.print(b)
	case l.quoted:
		return appendQuoted(b, l.text)
	default:
		return append(b, l.text...)
	}
}

// glob matches text with pieces that stand in this order, the first at the beginning and the last at the end. Taking the
// leftmost place for every inner piece is enough, so no step is ever undone.
func glob(pieces [][]byte, text []byte) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(text) < len(first)+len(last) || !bytes.HasPrefix(text, first) || !bytes.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range pieces[1 : len(pieces)-1] {
		i := bytes.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return true
}

// number reads an integer, decimal or scientific number with optional sign, nothing else (no hexadecimal, no "Inf").
func number(text []byte) (float64, bool) {
	if len(text) == 0 || len(text) > 64 {
		return 0, false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	return f, err == nil
}

// maxNesting bounds brackets within brackets in a condition.
const maxNesting = 100

// expression is a tree of conditions. Kids of a leaf are nil; a and b hold together (and) or in turn (or).
type expression[C any] struct {
	or   bool
	kids []*expression[C]
	leaf C
}

// parseExpression takes conditions joined by && and ||, where && binds closer; leaf takes one condition.
func parseExpression[C any](s *source, depth int, leaf func() (C, *SyntaxError)) (*expression[C], *SyntaxError) {
	if depth > maxNesting {
		return nil, invalid(s.pos, "brackets nested deeper than %d", maxNesting)
	}
	primary := func() (*expression[C], *SyntaxError) {
		if s.take("(") {
			e, err := parseExpression(s, depth+1, leaf)
			if err == nil && !s.take(")") {
				err = invalid(s.pos, "closing bracket expected")
			}
			return e, err
		}
		s.blanks()
		c, err := leaf()
		return &expression[C]{leaf: c}, err
	}
	chain := func(word string, or bool, next func() (*expression[C], *SyntaxError)) (*expression[C], *SyntaxError) {
		e, err := next()
		if err != nil || !s.take(word) {
			return e, err
		}
		kids := []*expression[C]{e}
		for {
			if e, err = next(); err != nil {
				return nil, err
			}
			kids = append(kids, e)
			if !s.take(word) {
				return &expression[C]{or: or, kids: kids}, nil
			}
		}
	}
	return chain("||", true, func() (*expression[C], *SyntaxError) { return chain("&&", false, primary) })
}

func (e *expression[C]) print(b []byte, leaf func([]byte, C) []byte) []byte {
	if e.kids == nil {
		return leaf(b, e.leaf)
	}
	for i, k := range e.kids {
		if i > 0 && e.or {
			b = append(b, " || "...)
		} else if i > 0 {
			b = append(b, " && "...)
		}
		if k.kids != nil {
			b = append(k.print(append(b, '('), leaf), ')')
		} else {
			b = k.print(b, leaf)
		}
	}
	return b
}
