package xml

import (
	"fmt"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// Encoder writes values; Time is how timestamps are printed by default.
type Encoder struct{ Time scalar.Format }

// xsi is the namespace of the one prefixed attribute in AWS's models.
const xsi = "http://www.w3.org/2001/XMLSchema-instance"

// Members appends the body members of a structure, without an element around.
func (e Encoder) Members(dst []byte, v *schema.Struct) ([]byte, error) {
	for i, m := range v.Shape.Members {
		x := v.Fields[i]
		if x == nil || m.Location != "" || m.XMLAttribute {
			continue
		}
		var err error
		if dst, err = e.member(dst, x, m); err != nil {
			return nil, fmt.Errorf("encode %s.%s: %w", v.Shape.Name, m.Name, err)
		}
	}
	return dst, nil
}

// Root appends a structure as a document's root element.
func (e Encoder) Root(dst []byte, name, namespace string, v *schema.Struct) ([]byte, error) {
	return e.structure(dst, name, namespace, v)
}

func (e Encoder) structure(dst []byte, name, namespace string, v *schema.Struct) ([]byte, error) {
	dst = append(append(dst, '<'), name...)
	if namespace != "" {
		dst = attribute(dst, "xmlns", namespace)
	}
	for i, m := range v.Shape.Members {
		if !m.XMLAttribute || v.Fields[i] == nil {
			continue
		}
		attr := m.WireName()
		if len(attr) > 4 && attr[:4] == "xsi:" {
			dst = attribute(dst, "xmlns:xsi", xsi)
		}
		dst = attribute(dst, attr, string(scalar.Append(nil, v.Fields[i], m, e.Time)))
	}
	dst = append(dst, '>')
	dst, err := e.Members(dst, v)
	if err != nil {
		return nil, err
	}
	return End(dst, name), nil
}

func (e Encoder) member(dst []byte, x any, m *schema.Member) ([]byte, error) {
	name := m.WireName()
	flat := m.Flattened || m.Shape.Flattened
	switch v := x.(type) {
	case []any:
		elem := m.Shape.Elem
		if flat {
			if elem.LocationName != "" {
				name = elem.LocationName
			}
			return e.elements(dst, name, v, elem)
		}
		inner := elem.LocationName
		if inner == "" {
			inner = "member"
		}
		dst, err := e.elements(Start(dst, name, ""), inner, v, elem)
		if err != nil {
			return nil, err
		}
		return End(dst, name), nil
	case *schema.Pairs:
		if flat {
			return e.entries(dst, name, v, m.Shape)
		}
		dst, err := e.entries(Start(dst, name, ""), "entry", v, m.Shape)
		if err != nil {
			return nil, err
		}
		return End(dst, name), nil
	}
	return e.element(dst, name, x, m)
}

// element appends one value that is neither a flattened list nor map.
func (e Encoder) element(dst []byte, name string, x any, m *schema.Member) ([]byte, error) {
	switch v := x.(type) {
	case nil:
		return End(Start(dst, name, ""), name), nil
	case *schema.Struct:
		ns := m.XMLNamespace
		if ns == xsi {
			ns = ""
		}
		return e.structure(dst, name, ns, v)
	case []any, *schema.Pairs:
		inner := *m
		inner.LocationName, inner.Flattened = name, false
		return e.member(dst, x, &inner)
	case string:
		return Text(dst, name, v), nil
	}
	from := len(dst)
	dst = Start(dst, name, "")
	at := len(dst)
	dst = scalar.Append(dst, x, m, e.Time)
	if len(dst) == at {
		if b, ok := x.([]byte); !ok || len(b) > 0 {
			return dst[:from], fmt.Errorf("BUG: value of type %T", x)
		}
	}
	return End(dst, name), nil
}

func (e Encoder) elements(dst []byte, name string, list []any, m *schema.Member) ([]byte, error) {
	for _, x := range list {
		var err error
		if dst, err = e.element(dst, name, x, m); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (e Encoder) entries(dst []byte, name string, p *schema.Pairs, s *schema.Shape) ([]byte, error) {
	key, value := KeyNames(s)
	for i, k := range p.Keys {
		dst = Text(Start(dst, name, ""), key, k)
		var err error
		if dst, err = e.element(dst, value, p.Values[i], s.Elem); err != nil {
			return nil, err
		}
		dst = End(dst, name)
	}
	return dst, nil
}

// KeyNames are the element names of a map's keys and values.
func KeyNames(s *schema.Shape) (key, value string) {
	key, value = "key", "value"
	if s.MapKey != nil && s.MapKey.LocationName != "" {
		key = s.MapKey.LocationName
	}
	if s.Elem.LocationName != "" {
		value = s.Elem.LocationName
	}
	return key, value
}

// Start appends a start tag, with a default namespace if one is given.
func Start(dst []byte, name, namespace string) []byte {
	dst = append(append(dst, '<'), name...)
	if namespace != "" {
		dst = attribute(dst, "xmlns", namespace)
	}
	return append(dst, '>')
}

// End appends an end tag.
func End(dst []byte, name string) []byte {
	return append(append(append(dst, '<', '/'), name...), '>')
}

// Text appends an element with text.
func Text(dst []byte, name, text string) []byte {
	return End(Escape(Start(dst, name, ""), text), name)
}

func attribute(dst []byte, name, value string) []byte {
	dst = append(append(dst, ' '), name...)
	return append(Escape(append(dst, '=', '"'), value), '"')
}

// Escape appends text. Characters that XML 1.0 cannot hold become U+FFFD.
func Escape(dst []byte, s string) []byte {
	for i, r := range s {
		switch r {
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '&':
			dst = append(dst, "&amp;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case '\r':
			dst = append(dst, "&#xD;"...)
		case '\t', '\n':
			dst = append(dst, byte(r))
		default:
			switch {
			case r < ' ', r == 0xFFFE, r == 0xFFFF:
				dst = append(dst, "\ufffd"...)
			case r < utf8.RuneSelf:
				dst = append(dst, s[i])
			default:
				dst = utf8.AppendRune(dst, r)
			}
		}
	}
	return dst
}
