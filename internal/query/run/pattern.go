package run

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

func isPattern(c syntax.Command) bool {
	_, ok := c.(*syntax.Pattern)
	return ok
}

// patternSink clusters texts by their structure: words that look like times, identifiers, addresses or numbers are
// dynamic tokens, all else is the pattern. At most maxPatterns patterns are told apart; texts beyond share one.
type patternSink struct {
	r     *runner
	x     eval
	count map[string]int64
	total int64
	buf   []byte
	words []string  // of the current row's tokens
	book  tokenBook // nil if nobody asks
}

const (
	maxPatterns   = 20_000
	maxPatternLen = 4096
	otherPattern  = "<Token-1>"
	timeToken     = "Time"
)

func (r *runner) patternSink(c *syntax.Pattern, p *program, _ func() (int64, int64)) *patternSink {
	s := &patternSink{r: r, x: p.expr(c.X), count: map[string]int64{}}
	if r.book != nil {
		s.book = tokenBook{}
	}
	return s
}

func (s *patternSink) add(*program) error {
	t, ok := s.x().Text()
	if !ok {
		return nil
	}
	s.total++
	if s.book == nil {
		s.buf = appendPattern(s.buf[:0], t, nil)
		return s.note(s.buf, 1)
	}
	s.words = s.words[:0]
	s.buf = appendPattern(s.buf[:0], t, func(word string) { s.words = append(s.words, word) })
	if err := s.note(s.buf, 1); err != nil {
		return err
	}
	if _, told := s.count[string(s.buf)]; !told {
		return nil
	}
	return s.r.hold(s.book.note(string(s.buf), s.words))
}

func (s *patternSink) note(pattern []byte, n int64) error {
	if have, ok := s.count[string(pattern)]; ok {
		s.count[string(pattern)] = have + n
		return nil
	}
	if len(s.count) >= maxPatterns {
		s.count[otherPattern] += n
		return nil
	}
	s.count[string(pattern)] = n
	return s.r.hold(int64(len(pattern)) + 64)
}

func (*patternSink) settle() {} // patterns are texts of their own

func (s *patternSink) merge(other sink) error {
	o := other.(*patternSink)
	s.total += o.total
	for p, n := range o.count {
		if err := s.note([]byte(p), n); err != nil {
			return err
		}
	}
	s.book.merge(o.book)
	return nil
}

func (s *patternSink) size() int64 { return 48 * int64(len(s.count)) }

func (s *patternSink) copy(r *runner) sink {
	return &patternSink{r: r, count: maps.Clone(s.count), total: s.total}
}

func (s *patternSink) finish() *Table {
	if s.r.book != nil {
		s.r.book = s.book
	}
	t := &Table{Names: plan.PatternColumns}
	for p, n := range s.count {
		t.Rows = append(t.Rows, []value.Value{value.OfString(p), value.OfNumber(float64(n) / float64(s.total)),
			value.OfInt(n), value.OfString(severity(p))})
	}
	slices.SortFunc(t.Rows, func(a, b []value.Value) int {
		return cmp.Or(-value.Compare(a[2], b[2]), strings.Compare(a[0].Raw(), b[0].Raw()))
	})
	return t
}

// appendPattern copies text with its dynamic words replaced by <Type-N>, N counting the dynamic words, which it gives to token
// if that is not nil.
func appendPattern(dst []byte, text string, token func(word string)) []byte {
	if len(text) > maxPatternLen {
		text = text[:maxPatternLen]
	}
	n := 0
	for i := 0; i < len(text); {
		if !wordByte(text[i]) {
			dst = append(dst, text[i])
			i++
			continue
		}
		j := i
		for j < len(text) && wordByte(text[j]) {
			j++
		}
		word := strings.TrimRight(text[i:j], ".:-")
		j = i + len(word)
		if word == "" {
			dst = append(dst, text[i])
			i++
			continue
		}
		if kind := dynamic(word); kind != "" {
			n++
			dst = append(dst, '<')
			dst = append(dst, kind...)
			dst = append(dst, '-')
			dst = strconv.AppendInt(dst, int64(n), 10)
			dst = append(dst, '>')
			if token != nil {
				token(word)
			}
		} else {
			dst = append(dst, word...)
		}
		i = j
	}
	return dst
}

func wordByte(c byte) bool {
	return c-'0' < 10 || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80
}

// dynamic tells the type of a word that varies between messages, or "".
func dynamic(w string) string {
	digits, letters, hex, dots, colons, dashes := 0, 0, 0, 0, 0, 0
	for i := range len(w) {
		switch c := w[i]; {
		case c-'0' < 10:
			digits++
			hex++
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			letters++
			hex++
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c == '-':
			dashes++
		default:
			letters++
		}
	}
	switch {
	case digits == 0:
		return ""
	case digits == len(w), letters == 0 && dots == 1 && colons == 0 && dashes == 0:
		return "Number"
	case dots == 3 && letters == 0 && colons <= 1 && dashes == 0:
		return "IPAddress"
	case colons >= 2 && digits >= 4 && letters <= 2, dashes == 2 && digits == 8 && letters == 0:
		return timeToken
	case colons >= 2 && hex+colons == len(w):
		return "IPAddress"
	case hex >= 8 && hex+dashes == len(w), digits >= 4 && letters > 0:
		return "ID"
	case digits*2 >= len(w):
		return "Token"
	}
	return ""
}

var severities = []struct {
	label string
	words []string
}{
	{"Error", []string{"error", "exception", "fail", "fatal", "denied", "critical"}},
	{"Warning", []string{"warn"}},
	{"Debug", []string{"debug", "trace"}},
}

// severity guesses from words; without any it is Info.
func severity(pattern string) string {
	p := strings.ToLower(pattern)
	for _, s := range severities {
		for _, w := range s.words {
			if strings.Contains(p, w) {
				return s.label
			}
		}
	}
	return "Info"
}
