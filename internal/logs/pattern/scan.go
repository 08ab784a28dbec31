package pattern

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is what stands at a place of a JSON text.
type kind uint8

const (
	kindMissing kind = iota
	kindNull
	kindTrue
	kindFalse
	kindNumber
	kindString
	kindComposite
)

// value is a place in a JSON text. The scanner looks only as far as it must and trusts commas and colons to be where they
// belong; what a text without them gives is of no importance, since a match ends with a full check of the text.
type value struct {
	kind    kind
	escaped bool   // a string with backslashes
	raw     []byte // strings: between the quotes; composites: from the opening bracket
}

// text returns the value as plain text; false for missing, null, objects and arrays.
func (v value) text() (string, bool) {
	switch v.kind {
	case kindMissing, kindNull, kindComposite:
		return "", false
	case kindString:
		if v.escaped {
			return string(unescape(nil, v.raw)), true
		}
	}
	return string(v.raw), true
}

// rootObject returns message without leading blanks; false if it does not begin like an object.
func rootObject(message []byte) ([]byte, bool) {
	i := skipBlanks(message, 0)
	if i >= len(message) || message[i] != '{' {
		return nil, false
	}
	return message[i:], true
}

// find goes along steps, none of them a wildcard, from the value at the beginning of raw. Of repeated keys the first counts
// (inferred).
func find(raw []byte, steps []step) value {
	for _, st := range steps {
		it := children(raw, st.kind)
		found := false
		for n := 0; it.next(); n++ {
			if st.kind == stepIndex && n == st.index || st.kind == stepKey && it.is(st.key) {
				raw, found = it.raw, true
				break
			}
		}
		if !found {
			return value{}
		}
	}
	return read(raw)
}

// read tells what stands at the beginning of raw.
func read(raw []byte) value {
	i := skipBlanks(raw, 0)
	if i >= len(raw) {
		return value{}
	}
	switch c := raw[i]; c {
	case '{', '[':
		return value{kind: kindComposite, raw: raw[i:]}
	case '"':
		end, escaped := stringEnd(raw, i)
		return value{kind: kindString, raw: raw[i+1 : max(i+1, end-1)], escaped: escaped}
	default:
		word := raw[i:skipValue(raw, i)]
		switch string(word) {
		case "null":
			return value{kind: kindNull, raw: word}
		case "true":
			return value{kind: kindTrue, raw: word}
		case "false":
			return value{kind: kindFalse, raw: word}
		case "":
			return value{}
		}
		return value{kind: kindNumber, raw: word}
	}
}

func (v value) children(kind stepKind) iterator {
	if v.kind != kindComposite {
		return iterator{}
	}
	return children(v.raw, kind)
}

// iterator walks over the members of an object or the elements of an array.
type iterator struct {
	text    []byte
	pos     int
	object  bool
	key     []byte
	escaped bool
	raw     []byte // from the value on to the end of the text
}

func children(raw []byte, kind stepKind) iterator {
	i := skipBlanks(raw, 0)
	object := kind == stepKey || kind == stepAnyKey
	if i >= len(raw) || object && raw[i] != '{' || !object && raw[i] != '[' {
		return iterator{}
	}
	return iterator{text: raw, pos: i + 1, object: object}
}

func (it *iterator) next() bool {
	if it.raw != nil {
		it.pos = skipBlanks(it.text, skipValue(it.text, it.pos))
		if it.pos >= len(it.text) || it.text[it.pos] != ',' {
			return false
		}
		it.pos++
	}
	it.pos = skipBlanks(it.text, it.pos)
	if it.pos >= len(it.text) || it.text[it.pos] == '}' || it.text[it.pos] == ']' {
		return false
	}
	if it.object {
		if it.text[it.pos] != '"' {
			return false
		}
		end, escaped := stringEnd(it.text, it.pos)
		it.key, it.escaped = it.text[it.pos+1:max(it.pos+1, end-1)], escaped
		it.pos = skipBlanks(it.text, end)
		if it.pos >= len(it.text) || it.text[it.pos] != ':' {
			return false
		}
		it.pos = skipBlanks(it.text, it.pos+1)
		if it.pos >= len(it.text) {
			return false
		}
	}
	it.raw = it.text[it.pos:]
	return true
}

func (it *iterator) is(key string) bool {
	if it.escaped {
		var space [128]byte
		return string(unescape(space[:0], it.key)) == key
	}
	return string(it.key) == key
}

func skipBlanks(b []byte, i int) int {
	for i < len(b) && isBlank(b[i]) {
		i++
	}
	return i
}

// stringEnd returns the place after the string that begins at i, and whether it has escapes.
func stringEnd(b []byte, i int) (end int, escaped bool) {
	i++
	for i < len(b) {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b), true
		}
		if s := bytes.IndexByte(b[i:i+n], '\\'); s >= 0 {
			escaped = true
			i += s + 2
			continue
		}
		return i + n + 1, escaped
	}
	return len(b), true
}

// skipValue returns the place after the value that begins at i.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return i
	}
	switch b[i] {
	case '"':
		end, _ := stringEnd(b, i)
		return end
	case '{', '[':
		depth := 0
		for i < len(b) {
			switch b[i] {
			case '"':
				i, _ = stringEnd(b, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return i
	}
	for i < len(b) {
		switch b[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r', ':', '"', '{', '[':
			return i
		}
		i++
	}
	return i
}

// unescape appends the text that the inside of a JSON string stands for. Half surrogates become U+FFFD.
func unescape(to, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			to = append(to, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'n':
			to = append(to, '\n')
		case 'r':
			to = append(to, '\r')
		case 't':
			to = append(to, '\t')
		case 'u':
			r, ok := hex4(raw, i+1)
			if !ok {
				to = append(to, 'u')
				continue
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low, ok := rune(0), false
				if i+2 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
					low, ok = hex4(raw, i+3)
				}
				if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
					i += 6
				}
			}
			to = utf8.AppendRune(to, r)
		default:
			to = append(to, raw[i])
		}
	}
	return to
}

func hex4(raw []byte, i int) (rune, bool) {
	if i+4 > len(raw) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[i:i+4]), 16, 32)
	return rune(n), err == nil
}
