package value

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Path is a compiled field path: segments that are object keys or array indexes.
type Path struct {
	get     string // gjson path with escapes
	literal string // gjson path of the whole name as one key, for keys that contain dots; "" if there are none
	needle  string // the quoted literal key as it appears in JSON text
}

// NewPath compiles segments.
func NewPath(segments []string) Path {
	var p Path
	esc := make([]string, len(segments))
	for i, s := range segments {
		esc[i] = escape(s)
	}
	p.get = strings.Join(esc, ".")
	if len(segments) > 1 {
		name := strings.Join(segments, ".")
		p.literal = escape(name)
		p.needle = `"` + name + `"`
	}
	return p
}

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_' || c == '-' || c == ' ' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
			b.WriteByte(c)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Leaf reads the path from a JSON object's text: scalars only, objects and arrays are null. Numbers become their text,
// booleans become Bool.
func (p Path) Leaf(json string) Value {
	v := p.Any(json)
	if v.kind >= Map {
		return Value{}
	}
	return v
}

// Any is Leaf, but objects and arrays come as Map and List.
func (p Path) Any(json string) Value {
	r := gjson.Get(json, p.get)
	if !r.Exists() && p.literal != "" && strings.Contains(json, p.needle) {
		r = gjson.Get(json, p.literal)
	}
	return ofResult(r)
}

func ofResult(r gjson.Result) Value {
	switch r.Type {
	case gjson.String:
		return OfString(r.Str)
	case gjson.Number:
		return OfString(strings.TrimSpace(r.Raw))
	case gjson.True:
		return OfBool(true)
	case gjson.False:
		return OfBool(false)
	case gjson.JSON:
		if r.IsObject() {
			return OfMap(r.Raw)
		}
		return OfList(r.Raw)
	default:
		return Value{}
	}
}

// ParseJSON reads an object or array; anything else, also other JSON, is null.
func ParseJSON(s string) Value {
	t := strings.TrimSpace(s)
	if t == "" || t[0] != '{' && t[0] != '[' || !shallow(t) || !gjson.Valid(t) {
		return Value{}
	}
	if t[0] == '{' {
		return OfMap(t)
	}
	return OfList(t)
}

// shallow refuses text nested deeper than maxNesting, since validation recurses.
func shallow(s string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// maxNesting is the depth of objects and arrays that jsonParse accepts.
const maxNesting = 512

// Elements returns the elements of a list; any other value is a list of itself, null is none.
func (v Value) Elements() []Value {
	switch v.kind {
	case Null:
		return nil
	case List:
		var out []Value
		gjson.Parse(v.text).ForEach(func(_, e gjson.Result) bool {
			out = append(out, ofResult(e))
			return true
		})
		return out
	default:
		return []Value{v}
	}
}

// Leaves calls yield for each scalar leaf of a JSON object's text with its dotted path, in document order, at most max.
func Leaves(json string, max int, yield func(path string, v Value)) {
	n := 0
	var walk func(prefix string, r gjson.Result, depth int)
	walk = func(prefix string, r gjson.Result, depth int) {
		i := 0
		array := r.IsArray()
		r.ForEach(func(k, e gjson.Result) bool {
			if n >= max {
				return false
			}
			name := k.Str
			if array {
				name = FormatNumber(float64(i))
				i++
			}
			if prefix != "" {
				name = prefix + "." + name
			}
			if e.Type == gjson.JSON {
				if depth < maxDepth {
					walk(name, e, depth+1)
				}
				return true
			}
			if v := ofResult(e); !v.IsNull() {
				n++
				yield(name, v)
			}
			return true
		})
	}
	walk("", gjson.Parse(json), 0)
}

// maxDepth bounds recursion into hostile messages.
const maxDepth = 64
