package form

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

const maxDepth = 64

type pair struct{ key, value string }

// Values are parsed parameters.
type Values struct{ pairs []pair }

// Parse reads one or more encoded texts, such as a URL's query and a body.
func Parse(texts ...string) (*Values, error) {
	v := &Values{}
	for _, text := range texts {
		for part := range strings.SplitSeq(text, "&") {
			if part == "" {
				continue
			}
			k, val, _ := strings.Cut(part, "=")
			key, err := url.QueryUnescape(k)
			if err != nil {
				return nil, malformed()
			}
			value, err := url.QueryUnescape(val)
			if err != nil {
				return nil, malformed()
			}
			v.pairs = append(v.pairs, pair{key, value})
		}
	}
	slices.SortStableFunc(v.pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	return v, nil
}

func malformed() error {
	return &schema.Error{Code: "MalformedQueryString", Message: "The query string contains a syntax error.", Status: 404}
}

// Get returns the last value of a key.
func (v *Values) Get(key string) (string, bool) {
	i := v.seek(key)
	found := false
	text := ""
	for ; i < len(v.pairs) && v.pairs[i].key == key; i++ {
		text, found = v.pairs[i].value, true
	}
	return text, found
}

func (v *Values) seek(key string) int {
	i, _ := slices.BinarySearchFunc(v.pairs, key, func(p pair, k string) int { return cmp.Compare(p.key, k) })
	return i
}

// below tells whether any key begins with the prefix, which ends in a dot.
func (v *Values) below(prefix string) bool {
	i := v.seek(prefix)
	return i < len(v.pairs) && strings.HasPrefix(v.pairs[i].key, prefix)
}

// indices returns the distinct numbers that follow the prefix, ascending.
func (v *Values) indices(prefix string) []int {
	var out []int
	for i := v.seek(prefix); i < len(v.pairs) && strings.HasPrefix(v.pairs[i].key, prefix); i++ {
		text, _, _ := strings.Cut(v.pairs[i].key[len(prefix):], ".")
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || len(text) > 1 && text[0] == '0' {
			continue
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Decode reads a structure.
func (v *Values) Decode(s *schema.Shape) (*schema.Struct, error) {
	return v.structure(s, "", 0)
}

func (v *Values) structure(s *schema.Shape, prefix string, depth int) (*schema.Struct, error) {
	if depth > maxDepth {
		return nil, input("Nesting depth exceeds the maximum allowed (" + strconv.Itoa(maxDepth) + ")")
	}
	out := schema.NewStruct(s)
	for i, m := range s.Members {
		x, err := v.value(m, prefix+m.WireName(), depth)
		if err != nil {
			return nil, err
		}
		out.Fields[i] = x
	}
	return out, nil
}

// value reads what stands at or below a key; nil if nothing does.
func (v *Values) value(m *schema.Member, key string, depth int) (any, error) {
	s := m.Shape
	switch s.Kind {
	case schema.Structure:
		if !v.below(key + ".") {
			return nil, nil
		}
		return v.structure(s, key+".", depth+1)
	case schema.List:
		return v.list(m, key, depth)
	case schema.Map:
		return v.entries(m, key, depth)
	}
	text, ok := v.Get(key)
	if !ok {
		return nil, nil
	}
	x, err := scalar.Parse(text, s)
	if err != nil {
		return nil, input(fault.Convert("STRING_VALUE", s.Kind).Message)
	}
	return x, nil
}

// input is the query protocol's error of a value that does not fit its shape.
func input(message string) error {
	return &schema.Error{Code: "MalformedInput", Message: message, Status: 400}
}

func (v *Values) list(m *schema.Member, key string, depth int) (any, error) {
	elem := m.Shape.Elem
	name := elem.LocationName
	prefix := key + "."
	switch {
	case m.Flattened || m.Shape.Flattened:
		if name != "" {
			prefix = key[:strings.LastIndexByte(key, '.')+1] + name + "."
		}
	case name != "":
		prefix += name + "."
	default:
		prefix += "member."
	}
	numbers := v.indices(prefix)
	if len(numbers) == 0 {
		if _, ok := v.Get(key); ok { // SDKs send Key= for an empty list
			return []any{}, nil
		}
		return nil, nil
	}
	out := make([]any, 0, len(numbers))
	for _, n := range numbers {
		x, err := v.value(elem, prefix+strconv.Itoa(n), depth+1)
		if err != nil {
			return nil, err
		}
		if x != nil {
			out = append(out, x)
		}
	}
	return out, nil
}

func (v *Values) entries(m *schema.Member, key string, depth int) (any, error) {
	s := m.Shape
	prefix := key + "."
	if !m.Flattened && !s.Flattened {
		prefix += "entry."
	}
	keyName, valueName := "key", "value"
	if s.MapKey != nil && s.MapKey.LocationName != "" {
		keyName = s.MapKey.LocationName
	}
	if s.Elem.LocationName != "" {
		valueName = s.Elem.LocationName
	}
	numbers := v.indices(prefix)
	if len(numbers) == 0 {
		return nil, nil
	}
	out := &schema.Pairs{}
	at := make(map[string]int, len(numbers))
	for _, n := range numbers {
		base := prefix + strconv.Itoa(n) + "."
		k, ok := v.Get(base + keyName)
		if !ok {
			return nil, input("Map entry without key")
		}
		x, err := v.value(s.Elem, base+valueName, depth+1)
		if err != nil {
			return nil, err
		}
		if i, dup := at[k]; dup {
			out.Values[i] = x
			continue
		}
		at[k] = len(out.Keys)
		out.Keys, out.Values = append(out.Keys, k), append(out.Values, x)
	}
	return out, nil
}
