package pattern

import (
	"regexp"
	"strings"
)

// maxRegexes bounds the regular expressions of one JSON or delimited pattern. [CloudWatch Logs: regular expression syntax]
const maxRegexes = 2

// regexOther are the characters, besides letters and digits, that stand for themselves; regexOperator have a meaning.
const (
	regexOther    = ":_#=@/;,-"
	regexOperator = `^$?[]{}|*+.`
)

// regex is a compiled expression and its text without the percent signs.
type regex struct {
	text string
	re   *regexp.Regexp
}

// parseRegex takes %expression%; the next byte is the first percent sign.
func parseRegex(s *source) (*regex, *SyntaxError) {
	start := s.pos
	s.pos++
	from := s.pos
	for !s.end() && s.peek() != '%' {
		c := s.peek()
		switch {
		case c == '\\':
			if err := regexEscape(s); err != nil {
				return nil, err
			}
		case isName(c), strings.IndexByte(regexOther, c) >= 0, strings.IndexByte(regexOperator, c) >= 0:
			s.pos++
		default:
			return nil, invalid(s.pos, "character %q in a regular expression", c)
		}
	}
	if s.end() {
		return nil, invalid(start, "regular expression without end")
	}
	text := s.text[from:s.pos]
	s.pos++
	if text == "" {
		return nil, invalid(start, "empty regular expression")
	}
	re, err := regexp.Compile(goSyntax(text))
	if err != nil {
		return nil, invalid(start, "regular expression: %v", err)
	}
	return &regex{text: text, re: re}, nil
}

// regexEscape takes a backslash and what it escapes: a class, \xhh, or a character that is not a letter or digit.
func regexEscape(s *source) *SyntaxError {
	rest := s.text[s.pos:]
	switch {
	case len(rest) < 2:
		return invalid(s.pos, "backslash at the end")
	case strings.IndexByte("dDsSwW", rest[1]) >= 0, strings.IndexByte(regexOperator+`\`+regexOther, rest[1]) >= 0:
		s.pos += 2
	case rest[1] == 'x' && len(rest) >= 4 && isHex(rest[2]) && isHex(rest[3]):
		s.pos += 4
	default:
		return invalid(s.pos, "unknown escape \\%c", rest[1])
	}
	return nil
}

// goSyntax gives the expression the meaning it has at AWS in the syntax of package regexp: {,n} means {0,n}, and [[:x:]]
// and flags cannot occur since there are no brackets for them.
func goSyntax(text string) string {
	if !strings.ContainsAny(text, "{_") {
		return text
	}
	var b strings.Builder
	class := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			if text[i+1] == '_' { // package regexp knows no escaped word character
				b.WriteByte('_')
			} else {
				b.WriteString(text[i : i+2])
			}
			i++
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '{' && !class && strings.HasPrefix(text[i:], "{,"):
			b.WriteString("{0")
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// parseRegexForm is the whole pattern %expression%.
func parseRegexForm(s *source) (matcher, *SyntaxError) {
	r, err := parseRegex(s)
	if err != nil {
		return nil, err
	}
	s.blanks()
	if !s.end() {
		return nil, invalid(s.pos, "text after the regular expression")
	}
	return r, nil
}

func (r *regex) match(message []byte) bool { return r.re.Match(message) }

func (r *regex) extract([]byte, map[string]string) {}

func (r *regex) regexes() int { return 1 }

func (r *regex) print(b []byte) []byte {
	b = append(b, '%')
	b = append(b, r.text...)
	return append(b, '%')
}
