package pattern

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// terms are words and phrases. A term is found anywhere in the message, also inside a longer word (inferred).
type terms struct {
	all  [][]byte // each must be present
	any  [][]byte // one must be present; not looked at when all is not empty, as AWS documents
	none [][]byte // none may be present
}

func (t *terms) empty() bool { return len(t.all)+len(t.any)+len(t.none) == 0 }

func parseTerms(s *source) (*terms, *SyntaxError) {
	t := &terms{}
	for {
		s.blanks()
		if s.end() {
			return t, nil
		}
		into := &t.all
		start := s.pos
		switch s.peek() {
		case '?':
			into = &t.any
			s.pos++
		case '-':
			into = &t.none
			s.pos++
		}
		term, err := parseTerm(s, start)
		if err != nil {
			return nil, err
		}
		switch {
		case term != "" || into == &t.any:
			*into = append(*into, []byte(term))
		case into == &t.none: // an empty phrase is in every message
			return nil, invalid(start, "excludes every message")
		}
	}
}

func parseTerm(s *source, start int) (string, *SyntaxError) {
	if s.peek() == '"' {
		return s.quoted()
	}
	from := s.pos
	for s.pos < len(s.text) && !isBlank(s.text[s.pos]) {
		r, n := utf8.DecodeRuneInString(s.text[s.pos:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return "", badTerm(s.pos, s.text[s.pos:s.pos+n])
		}
		s.pos += n
	}
	if s.pos == from {
		return "", badTerm(start, s.text[start:from])
	}
	return s.text[from:s.pos], nil
}

func (t *terms) match(message []byte) bool {
	for _, w := range t.none {
		if bytes.Contains(message, w) {
			return false
		}
	}
	for _, w := range t.all {
		if !bytes.Contains(message, w) {
			return false
		}
	}
	if len(t.all) > 0 || len(t.any) == 0 {
		return true
	}
	for _, w := range t.any {
		if bytes.Contains(message, w) {
			return true
		}
	}
	return false
}

func (t *terms) extract([]byte, map[string]string) {}

func (t *terms) regexes() int { return 0 }

func (t *terms) print(b []byte) []byte {
	for _, group := range []struct {
		sign  string
		terms [][]byte
	}{{"", t.all}, {"?", t.any}, {"-", t.none}} {
		for _, w := range group.terms {
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = append(b, group.sign...)
			b = appendTerm(b, string(w))
		}
	}
	return b
}

func appendTerm(b []byte, term string) []byte {
	bare := term != "" && !strings.ContainsFunc(term, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if bare {
		return append(b, term...)
	}
	return appendQuoted(b, term)
}
