package segment

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
	"github.com/tidwall/gjson"
)

// field is the text of one promoted column in one row.
type field struct {
	text    []byte
	present bool
	isBool  bool
	// at is the place of text in the message, 0 if it does not stand there as it is.
	at int
}

// fields are what is known of one message.
type fields struct {
	// at holds the promoted columns, in the order of promoted, and behind them the
	// paths that only the lookup columns need.
	at []field
	// resources is the text of the record's own list, if any.
	resources []byte
	// opaque says that a query may find fields in the message that this did not
	// look for (text before the object), so that none of the columns is exact.
	opaque bool
	// cuts are the texts in the message that promoted columns with a dictionary hold
	// as they stand there, in order. unlike says that one holds another text.
	cuts   []cut
	unlike bool
}

// cut is a range of a message.
type cut struct{ start, end int }

// paths are all names of interest: the promoted ones first.
var paths = append(slices.Clone(promoted), derivedPaths()...)

// inDictionary tells for each of paths whether it is a promoted column with
// dictionary.
var inDictionary = func() []bool {
	out := make([]bool, len(paths))
	for i, name := range promoted {
		out[i] = !slices.Contains(plainColumns, name)
	}
	return out
}()

// pathOf are the paths of the query language, the judge of every message that the
// scanner below does not understand.
var pathOf = func() []value.Path {
	out := make([]value.Path, len(paths))
	for i, name := range paths {
		out[i] = value.NewPath(strings.Split(name, "."))
	}
	return out
}()

// members are the keys of interest of one object, each with a bit of its own to
// notice repeats.
type members struct {
	keys map[string]member
}

type member struct {
	bit   uint
	field int      // place in paths, or -1
	inner *members // of an object
}

// wanted is the tree of paths.
var wanted = func() *members {
	root := &members{keys: make(map[string]member)}
	for i, name := range paths {
		at := root
		for parts := strings.Split(name, "."); ; parts = parts[1:] {
			m, ok := at.keys[parts[0]]
			if !ok {
				m = member{bit: uint(len(at.keys)), field: -1}
			}
			if len(parts) == 1 {
				m.field = i
				at.keys[parts[0]] = m
				break
			}
			if m.inner == nil {
				m.inner = &members{keys: make(map[string]member)}
			}
			at.keys[parts[0]] = m
			at = m.inner
		}
	}
	root.keys["resources"] = member{bit: uint(len(root.keys)), field: -1}
	return root
}()

// promote fills f from a message. Texts may point into the message.
func (f *fields) promote(message []byte) {
	f.at = slices.Grow(f.at[:0], len(paths))[:len(paths)]
	clear(f.at)
	f.opaque, f.resources = false, nil
	f.cuts, f.unlike = f.cuts[:0], false
	start := skipSpace(message, 0)
	if start == len(message) || message[start] != '{' {
		f.opaque = bytes.IndexByte(message, '{') >= 0
		return
	}
	s := scanner{b: message, i: start + 1}
	if s.object(f, wanted) {
		return
	}
	// Unusual text (escaped or repeated keys, keys with dots, broken JSON):
	// ask what a query would read.
	clear(f.at)
	f.cuts, f.unlike = f.cuts[:0], true
	f.resources = []byte(gjson.GetBytes(message, "resources").Raw)
	text := string(message)
	for i, p := range pathOf {
		v := p.Leaf(text)
		if v.IsNull() {
			continue
		}
		t, _ := v.Text()
		f.at[i] = field{text: []byte(t), present: true, isBool: v.Kind() == value.Bool}
	}
}

// scanner walks the objects of interest of a message once.
type scanner struct {
	b []byte
	i int
}

// object reads members up to the closing brace; false means unusual.
func (s *scanner) object(f *fields, want *members) bool {
	var seen uint64 // keys of interest already met
	s.i = skipSpace(s.b, s.i)
	if s.at('}') {
		return true
	}
	for {
		s.i = skipSpace(s.b, s.i)
		key, plain, ok := s.text()
		if !ok || !plain || bytes.IndexByte(key, '.') >= 0 {
			return false
		}
		s.i = skipSpace(s.b, s.i)
		if !s.at(':') {
			return false
		}
		s.i = skipSpace(s.b, s.i)
		m, known := want.keys[string(key)]
		if known {
			if seen&(1<<m.bit) != 0 {
				return false
			}
			seen |= 1 << m.bit
		}
		start := s.i
		switch {
		case known && m.inner != nil && s.i < len(s.b) && s.b[s.i] == '{':
			s.i++
			ok = s.object(f, m.inner)
		case known && m.field >= 0:
			ok = s.scalar(&f.at[m.field])
			if ok && inDictionary[m.field] && s.b[start] == '"' {
				if start++; len(f.at[m.field].text) == s.i-1-start {
					f.cuts = append(f.cuts, cut{start, s.i - 1})
				} else { // every escape is longer than what it stands for
					f.unlike = true
				}
			}
		default:
			ok = s.skip()
		}
		if !ok {
			return false
		}
		if known && m.field < 0 && m.inner == nil {
			f.resources = s.b[start:s.i]
		}
		s.i = skipSpace(s.b, s.i)
		if s.at(',') {
			continue
		}
		return s.at('}')
	}
}

func (s *scanner) at(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// text reads a JSON string; plain says that it holds no escapes.
func (s *scanner) text() (inside []byte, plain, ok bool) {
	if !s.at('"') {
		return nil, false, false
	}
	start := s.i
	plain = true
	for {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			return nil, false, false
		}
		piece := s.b[s.i : s.i+n]
		s.i += n + 1
		if bytes.IndexByte(piece, '\\') < 0 {
			return s.b[start : s.i-1], plain, true
		}
		plain = false
		// The quote ends the string unless an odd number of backslashes precedes it.
		odd := false
		for k := s.i - 2; k >= start && s.b[k] == '\\'; k-- {
			odd = !odd
		}
		if !odd {
			return s.b[start : s.i-1], false, true
		}
	}
}

// scalar reads a value into a field; objects, arrays and null are absent.
func (s *scanner) scalar(f *field) bool {
	if s.i >= len(s.b) {
		return false
	}
	switch c := s.b[s.i]; {
	case c == '"':
		start := s.i
		t, plain, ok := s.text()
		if !ok {
			return false
		}
		*f = field{text: t, present: true, at: start + 1}
		if !plain {
			*f = field{text: []byte(gjson.ParseBytes(s.b[start:s.i]).Str), present: true}
		}
		return true
	case c == '{' || c == '[':
		return s.skip()
	}
	word := s.word()
	switch {
	case string(word) == "true":
		*f = field{text: one, present: true, isBool: true}
	case string(word) == "false":
		*f = field{text: zero, present: true, isBool: true}
	case string(word) == "null":
	case plainNumber(word):
		*f = field{text: word, present: true}
	default:
		return false
	}
	return true
}

var one, zero = []byte("1"), []byte("0")

func (s *scanner) word() []byte {
	start := s.i
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r', ':', '"', '{', '[':
			return s.b[start:s.i]
		}
		s.i++
	}
	return s.b[start:s.i]
}

// plainWord tells whether w may stand for a value that nobody reads.
func plainWord(w []byte) bool {
	switch string(w) {
	case "true", "false", "null":
		return true
	}
	for _, c := range w {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return false
		}
	}
	return len(w) > 0
}

func plainNumber(w []byte) bool {
	if len(w) > 0 && w[0] == '-' {
		w = w[1:]
	}
	if len(w) == 0 {
		return false
	}
	dots := 0
	for i, c := range w {
		if c == '.' && i > 0 && i < len(w)-1 {
			dots++
		} else if c < '0' || c > '9' {
			return false
		}
	}
	return dots <= 1
}

// skip passes over any value.
func (s *scanner) skip() bool {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			if _, _, ok := s.text(); !ok {
				return false
			}
		case '{', '[':
			depth++
			s.i++
		case '}', ']':
			depth--
			s.i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return false
			}
			s.i++
		default:
			if !plainWord(s.word()) {
				return false
			}
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}
