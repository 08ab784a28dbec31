package pattern

import "strings"

// source is the text of a pattern while it is parsed.
type source struct {
	text string
	pos  int
}

// peek returns the next byte, 0 at the end.
func (s *source) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *source) end() bool { return s.pos >= len(s.text) }

func (s *source) blanks() {
	for s.pos < len(s.text) && isBlank(s.text[s.pos]) {
		s.pos++
	}
}

// take skips blanks and then word, if it comes next.
func (s *source) take(word string) bool {
	s.blanks()
	if strings.HasPrefix(s.text[s.pos:], word) {
		s.pos += len(word)
		return true
	}
	return false
}

// keyword takes word only if no name character follows it.
func (s *source) keyword(word string) bool {
	s.blanks()
	rest := s.text[s.pos:]
	if !strings.HasPrefix(rest, word) || len(rest) > len(word) && isName(rest[len(word)]) {
		return false
	}
	s.pos += len(word)
	return true
}

// name takes a run of name characters, perhaps none.
func (s *source) name() string {
	start := s.pos
	for s.pos < len(s.text) && isName(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

// quoted takes a string in double quotes; the next byte is the opening quote. A backslash takes the next character as it is,
// so \" is a quote and \\ a backslash (inferred).
func (s *source) quoted() (string, *SyntaxError) {
	start := s.pos
	s.pos++
	plain := s.pos
	var b []byte
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '"':
			if b == nil {
				b = []byte(s.text[plain:s.pos])
			}
			s.pos++
			return string(b), nil
		case c == '\\' && s.pos+1 < len(s.text) && (s.text[s.pos+1] == '"' || s.text[s.pos+1] == '\\'):
			if b == nil {
				b = append(make([]byte, 0, len(s.text)-plain), s.text[plain:s.pos]...)
			}
			b = append(b, s.text[s.pos+1])
			s.pos += 2
		default:
			if b != nil {
				b = append(b, c)
			}
			s.pos++
		}
	}
	return "", invalid(start, "quote without end")
}

func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, text[i])
	}
	return append(b, '"')
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
