package json

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
)

// maxDepth bounds nesting; no modelled input is deeper than a dozen levels.
const maxDepth = 64

// scanner moves over the text. It never looks behind pos or beyond the data.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

// unexpected describes what stands at pos. The words are the parser's of AWS's
// Java services, without the position (inferred).
func (s *scanner) unexpected() error {
	if s.pos >= len(s.data) {
		return fault.Serialization("Unexpected end-of-input")
	}
	r, _ := utf8.DecodeRune(s.data[s.pos:])
	switch {
	case r == utf8.RuneError:
		return errUTF8()
	case r < ' ':
		return fault.Serialization("Unexpected character (code " + strconv.Itoa(int(r)) + ")")
	}
	return fault.Serialization("Unexpected character ('" + string(r) + "' (code " + strconv.Itoa(int(r)) + "))")
}

func errUTF8() *schema.Error { return fault.Serialization("Invalid UTF-8") }

func (s *scanner) enter() error {
	if s.depth++; s.depth > maxDepth {
		return fault.Serialization("Nesting depth exceeds the maximum allowed (" + strconv.Itoa(maxDepth) + ")")
	}
	s.pos++
	return nil
}

func (s *scanner) leave() {
	s.depth--
	s.pos++
}

// literal consumes a fixed word.
func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if s.pos == len(s.data) || s.data[s.pos] != word[i] {
			return s.unexpected()
		}
		s.pos++
	}
	return nil
}

// number consumes a number and tells whether it is written as an integer.
func (s *scanner) number() (text []byte, whole bool, err error) {
	from := s.pos
	if s.data[s.pos] == '-' {
		s.pos++
	}
	switch {
	case s.pos < len(s.data) && s.data[s.pos] == '0':
		s.pos++
	case !s.digits():
		return nil, false, s.unexpected()
	}
	whole = true
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		whole = false
		s.pos++
		if !s.digits() {
			return nil, false, s.unexpected()
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		whole = false
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if !s.digits() {
			return nil, false, s.unexpected()
		}
	}
	return s.data[from:s.pos], whole, nil
}

func (s *scanner) digits() bool {
	from := s.pos
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > from
}

// raw consumes a string and returns the bytes between its quotes; plain says
// that they hold no escapes.
func (s *scanner) raw() (text []byte, plain bool, err error) {
	s.pos++
	from := s.pos
	plain, ascii := true, true
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		switch {
		case c == '"':
			text = s.data[from:s.pos]
			if !ascii && !utf8.Valid(text) {
				return nil, false, errUTF8()
			}
			s.pos++
			return text, plain, nil
		case c == '\\':
			plain = false
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		case c < ' ':
			return nil, false, s.unexpected()
		default:
			if c >= utf8.RuneSelf {
				ascii = false
			}
			s.pos++
		}
	}
	return nil, false, s.unexpected()
}

// escape checks and consumes one escape sequence.
func (s *scanner) escape() error {
	s.pos++
	if s.pos == len(s.data) {
		return s.unexpected()
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return nil
	case 'u':
		s.pos++
		for range 4 {
			if s.pos == len(s.data) || unhex(s.data[s.pos]) < 0 {
				return s.unexpected()
			}
			s.pos++
		}
		return nil
	}
	return s.unexpected()
}

func unhex(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c - 'a' + 10)
	case c >= 'A' && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}

// text consumes a string and returns its value.
func (s *scanner) text() (string, error) {
	raw, plain, err := s.raw()
	if err != nil {
		return "", err
	}
	if plain {
		return string(raw), nil
	}
	return unescape(raw), nil
}

// unescape resolves checked escapes.
func unescape(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex4(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if i+6 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
					low = hex4(raw[i+3:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, raw[i])
		}
	}
	return string(out)
}

func hex4(b []byte) rune {
	return unhex(b[0])<<12 | unhex(b[1])<<8 | unhex(b[2])<<4 | unhex(b[3])
}

// skip consumes any value.
func (s *scanner) skip() error {
	switch c := s.peek(); c {
	case '{':
		return s.skipObject()
	case '[':
		return s.skipArray()
	case '"':
		_, _, err := s.raw()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c == '-' || c >= '0' && c <= '9' {
			_, _, err := s.number()
			return err
		}
		return s.unexpected()
	}
}

func (s *scanner) skipObject() error {
	return s.object(func() error {
		if _, _, err := s.raw(); err != nil {
			return err
		}
		if err := s.colon(); err != nil {
			return err
		}
		return s.skip()
	})
}

func (s *scanner) skipArray() error { return s.array(s.skip) }

// object walks the members of an object; member starts at the key's quote.
func (s *scanner) object(member func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.leave()
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.unexpected()
		}
		if err := member(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.leave()
			return nil
		default:
			return s.unexpected()
		}
	}
}

// array walks the elements of an array.
func (s *scanner) array(element func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.leave()
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.leave()
			return nil
		default:
			return s.unexpected()
		}
	}
}

func (s *scanner) colon() error {
	if s.peek() != ':' {
		return s.unexpected()
	}
	s.pos++
	return nil
}
