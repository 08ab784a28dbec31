package pattern

import (
	"strconv"
	"strings"
)

// maxWildcards bounds the selectors with a wildcard in one pattern; a selector has at most one. [Filter pattern syntax]
const maxWildcards = 3

// jsonPattern is { conditions on members }.
type jsonPattern struct {
	root  *expression[*jsonCondition]
	paths []*path // distinct selectors, in order of first appearance
	regex int
}

// jsonCondition is one comparison.
type jsonCondition struct {
	slot int // index in jsonPattern.paths
	path *path
	op   operator
	literal
}

// path is a compiled selector.
type path struct {
	text  string // normal form
	steps []step
	wild  bool
}

// step goes from a value to one of its members (key), elements (index) or, as a wildcard, to all of either.
type step struct {
	kind  stepKind
	key   string
	index int
}

type stepKind uint8

const (
	stepKey stepKind = iota
	stepIndex
	stepAnyKey   // .*
	stepAnyIndex // [*]
)

func parseJSON(s *source) (matcher, *SyntaxError) {
	s.pos++
	p := &jsonPattern{}
	wild := 0
	root, err := parseExpression(s, 0, func() (*jsonCondition, *SyntaxError) {
		c, err := parseJSONCondition(s)
		if err != nil {
			return nil, err
		}
		if c.regex != nil {
			p.regex++
		}
		if c.path.wild {
			wild++
		}
		if p.regex > maxRegexes {
			return nil, invalid(s.pos, "more than %d regular expressions", maxRegexes)
		}
		if wild > maxWildcards {
			return nil, invalid(s.pos, "more than %d wildcard selectors", maxWildcards)
		}
		c.slot = p.intern(c.path)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	if !s.take("}") {
		return nil, invalid(s.pos, "closing brace expected")
	}
	s.blanks()
	if !s.end() {
		return nil, invalid(s.pos, "text after the closing brace")
	}
	p.root = root
	return p, nil
}

// intern gives equal selectors one slot, so that an event is searched once for each.
func (p *jsonPattern) intern(q *path) int {
	for i, have := range p.paths {
		if have.text == q.text {
			return i
		}
	}
	p.paths = append(p.paths, q)
	return len(p.paths) - 1
}

func parseJSONCondition(s *source) (*jsonCondition, *SyntaxError) {
	q, err := parsePath(s)
	if err != nil {
		return nil, err
	}
	c := &jsonCondition{path: q}
	switch {
	case s.keyword("IS"):
		switch {
		case s.keyword("NULL"):
			c.op = opIsNull
		case s.keyword("TRUE"):
			c.op = opIsTrue
		case s.keyword("FALSE"):
			c.op = opIsFalse
		default:
			return nil, invalid(s.pos, "NULL, TRUE or FALSE expected after IS")
		}
		return c, nil
	case s.keyword("NOT"):
		if !s.keyword("EXISTS") {
			return nil, invalid(s.pos, "EXISTS expected after NOT")
		}
		c.op = opNotExists
		return c, nil
	}
	if c.op, err = s.comparison(); err != nil {
		return nil, err
	}
	c.literal, err = parseLiteral(s, c.op, ")&|}")
	return c, err
}

// parsePath takes a selector; the next byte should be "$".
func parsePath(s *source) (*path, *SyntaxError) {
	start := s.pos
	if s.peek() != '$' {
		return nil, invalid(start, "selector expected")
	}
	s.pos++
	q := &path{}
	wild := 0
	for {
		var st step
		switch rest := s.text[s.pos:]; {
		case strings.HasPrefix(rest, ".*"):
			s.pos += 2
			st.kind = stepAnyKey
		case strings.HasPrefix(rest, ".['"), strings.HasPrefix(rest, "['"):
			s.pos += strings.IndexByte(rest, '\'') + 1
			n := strings.Index(s.text[s.pos:], "']")
			if n <= 0 {
				return nil, invalid(s.pos, "name in quotes and brackets expected")
			}
			st.key = s.text[s.pos : s.pos+n]
			s.pos += n + 2
		case strings.HasPrefix(rest, "."):
			s.pos++
			if st.key = s.name(); st.key == "" {
				return nil, badTerm(start, s.text[start:min(s.pos+1, len(s.text))])
			}
		case strings.HasPrefix(rest, "[*]"):
			s.pos += 3
			st.kind = stepAnyIndex
		case strings.HasPrefix(rest, "["):
			end := strings.IndexByte(rest, ']')
			n, ok := -1, false
			if end > 0 {
				n, ok = arrayIndex(rest[1:end])
			}
			if !ok {
				return nil, invalid(s.pos, "index expected")
			}
			s.pos += end + 1
			st = step{kind: stepIndex, index: n}
		default:
			if len(q.steps) == 0 {
				return nil, invalid(s.pos, "selector without a name")
			}
			q.wild = wild > 0
			q.text = q.normal()
			return q, nil
		}
		if st.kind >= stepAnyKey {
			if wild++; wild > 1 {
				return nil, invalid(start, "more than one wildcard in a selector")
			}
		}
		q.steps = append(q.steps, st)
	}
}

func arrayIndex(text string) (int, bool) {
	if text == "" || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func (q *path) normal() string {
	b := []byte{'$'}
	for _, st := range q.steps {
		switch st.kind {
		case stepAnyKey:
			b = append(b, ".*"...)
		case stepAnyIndex:
			b = append(b, "[*]"...)
		case stepIndex:
			b = append(strconv.AppendInt(append(b, '['), int64(st.index), 10), ']')
		default:
			plain := true
			for i := range len(st.key) {
				plain = plain && isName(st.key[i])
			}
			if plain {
				b = append(append(b, '.'), st.key...)
			} else {
				b = append(append(append(b, ".['"...), st.key...), "']"...)
			}
		}
	}
	return string(b)
}

func (p *jsonPattern) regexes() int { return p.regex }

func (p *jsonPattern) print(b []byte) []byte {
	b = append(b, "{ "...)
	b = p.root.print(b, func(b []byte, c *jsonCondition) []byte {
		b = append(b, c.path.text...)
		b = append(b, ' ')
		b = append(b, operatorText[c.op]...)
		if c.op < opIsNull {
			b = c.literal.print(append(b, ' '))
		}
		return b
	})
	return append(b, " }"...)
}
