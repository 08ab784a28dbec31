package token

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Value is the value of a claim. Make one with String, Bool, Int, Strings or JSON; the zero Value is null.
type Value struct {
	raw []byte
}

// String is a text. Bytes that are no UTF-8 become U+FFFD.
func String(s string) Value { return Value{appendString(nil, s)} }

// Bool is true or false.
func Bool(b bool) Value { return Value{strconv.AppendBool(nil, b)} }

// Int is a whole number.
func Int(i int64) Value { return Value{strconv.AppendInt(nil, i, 10)} }

// Strings is an array of texts, [] if empty.
func Strings(s []string) Value { return Value{appendStrings(nil, s)} }

// JSON is any JSON text, such as the identities array or a claim a trigger added. It reports false for text that is none.
func JSON(raw []byte) (Value, bool) {
	if !json.Valid(raw) {
		return Value{}, false
	}
	return Value{append([]byte(nil), raw...)}, true
}

// Claim is one named value.
type Claim struct {
	Name  string
	Value Value
}

// object writes the members of one JSON object in order.
type object struct{ b []byte }

func (o *object) name(n string) {
	if len(o.b) == 0 {
		o.b = append(o.b, '{')
	} else {
		o.b = append(o.b, ',')
	}
	o.b = append(appendString(o.b, n), ':')
}

func (o *object) str(n, v string) { // left out if empty
	if v != "" {
		o.name(n)
		o.b = appendString(o.b, v)
	}
}

func (o *object) num(n string, v int64) {
	o.name(n)
	o.b = strconv.AppendInt(o.b, v, 10)
}

func (o *object) strs(n string, v []string) { // left out if empty
	if len(v) > 0 {
		o.name(n)
		o.b = appendStrings(o.b, v)
	}
}

func (o *object) value(n string, v Value) {
	o.name(n)
	if v.raw == nil {
		o.b = append(o.b, "null"...)
		return
	}
	o.b = append(o.b, v.raw...)
}

func (o *object) end() []byte { return append(o.b, '}') }

func appendStrings(b []byte, s []string) []byte {
	b = append(b, '[')
	for i, v := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v)
	}
	return append(b, ']')
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string as Cognito's tokens do: a slash is escaped, which captured tokens show in iss and kid.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' && c != '/' && c != 0x7f {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\', '/':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
