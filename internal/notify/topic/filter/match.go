package filter

import (
	"encoding/json"
	"strings"
)

// Attribute is an attribute of a message: its type, String, String.Array, Number or Binary, with or without a label, and its value.
type Attribute struct{ Type, Value string }

// Message is what policies look at. It is used by one goroutine.
type Message struct {
	Body       string
	Attributes map[string]Attribute

	attributes, body map[string]any // as policies see them, once asked for
	decoded          bool
}

// Match tells whether a message passes. By its body only a JSON object passes.
func (p *Policy) Match(m *Message) bool {
	switch {
	case p == nil:
		return true
	case p.body:
		m.decode()
		return m.body != nil && p.pattern.Match(m.body)
	}
	if m.attributes == nil {
		m.attributes = make(map[string]any, len(m.Attributes))
		for name, a := range m.Attributes {
			if v, ok := a.value(); ok {
				m.attributes[name] = v
			}
		}
	}
	return p.pattern.Match(m.attributes)
}

func (m *Message) decode() {
	if m.decoded {
		return
	}
	m.decoded = true
	if fields, err := object([]byte(m.Body)); err == nil {
		m.body = byValue(fields).(map[string]any)
	}
}

// value is an attribute as policies see it; they do not see binary ones, and lists that are none. [SNS: message filtering]
func (a Attribute) value() (any, bool) {
	switch kind(a.Type) {
	case "String":
		return a.Value, true
	case "Number":
		return number(a.Value), true
	case "String.Array":
		var list []any
		d := json.NewDecoder(strings.NewReader(a.Value))
		d.UseNumber()
		if d.Decode(&list) != nil || list == nil {
			return nil, false
		}
		return byValue(list), true
	}
	return nil, false
}

// kind is a type without its label: Number.int is Number.
func kind(t string) string {
	if t == "String.Array" {
		return t
	}
	base, _, _ := strings.Cut(t, ".")
	return base
}
