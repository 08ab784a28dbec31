package xml

import (
	"bytes"
	stdxml "encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// ErrMalformed says that a document is not well-formed or does not fit its shape.
var ErrMalformed = errors.New("malformed XML")

const maxDepth = 64

// Decode reads a structure from a document whose root has one of the names. A
// document without any element is nil.
func Decode(data []byte, s *schema.Shape, names ...string) (*schema.Struct, error) {
	d := decoder{Decoder: stdxml.NewDecoder(bytes.NewReader(data))}
	var out *schema.Struct
	for {
		t, err := d.Token()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, errors.Join(ErrMalformed, err)
		}
		switch t := t.(type) {
		case stdxml.StartElement:
			if out != nil || !oneOf(t.Name.Local, names) {
				return nil, ErrMalformed
			}
			if out, err = d.structure(t, s); err != nil {
				return nil, err
			}
		case stdxml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, ErrMalformed
			}
		case stdxml.Directive:
			return nil, ErrMalformed
		}
	}
}

func oneOf(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return len(names) == 0
}

type decoder struct {
	*stdxml.Decoder
	depth int
	// seen finds the place of a key; without it a large map costs its square.
	seen map[*schema.Pairs]map[string]int
}

func (d *decoder) enter() error {
	if d.depth++; d.depth > maxDepth {
		return ErrMalformed
	}
	return nil
}

// children calls each for every child element until the current one ends, and
// returns the text between them.
func (d *decoder) children(each func(stdxml.StartElement) error) (string, error) {
	if err := d.enter(); err != nil {
		return "", err
	}
	var text strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return "", errors.Join(ErrMalformed, err)
		}
		switch t := t.(type) {
		case stdxml.StartElement:
			if err := each(t); err != nil {
				return "", err
			}
		case stdxml.EndElement:
			d.depth--
			return text.String(), nil
		case stdxml.CharData:
			text.Write(t)
		case stdxml.Directive:
			return "", ErrMalformed
		}
	}
}

// none refuses children.
func none(stdxml.StartElement) error { return ErrMalformed }

func (d *decoder) skip(stdxml.StartElement) error {
	_, err := d.children(d.skip)
	return err
}

func (d *decoder) structure(start stdxml.StartElement, s *schema.Shape) (*schema.Struct, error) {
	out := schema.NewStruct(s)
	for i, m := range s.Members {
		if !m.XMLAttribute {
			continue
		}
		_, local, ok := strings.Cut(m.WireName(), ":")
		if !ok {
			local = m.WireName()
		}
		for _, a := range start.Attr {
			if a.Name.Local == local && a.Name.Space != "xmlns" {
				v, err := scalar.Parse(a.Value, m.Shape)
				if err != nil {
					return nil, ErrMalformed
				}
				out.Fields[i] = v
			}
		}
	}
	_, err := d.children(func(t stdxml.StartElement) error {
		i := find(s.Members, t.Name.Local)
		if i < 0 {
			return d.skip(t)
		}
		v, err := d.member(t, s.Members[i], out.Fields[i])
		out.Fields[i] = v
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func find(ms []*schema.Member, name string) int {
	for i, m := range ms {
		if m.Location != "" || m.XMLAttribute {
			continue
		}
		want := m.WireName()
		if m.Shape.Kind == schema.List && (m.Flattened || m.Shape.Flattened) && m.Shape.Elem.LocationName != "" {
			want = m.Shape.Elem.LocationName
		}
		if want == name {
			return i
		}
	}
	return -1
}

// member reads one element; have is what earlier elements of a flattened list
// or map gave.
func (d *decoder) member(t stdxml.StartElement, m *schema.Member, have any) (any, error) {
	if !m.Flattened && !m.Shape.Flattened {
		return d.value(t, m)
	}
	switch m.Shape.Kind {
	case schema.List:
		list, _ := have.([]any)
		v, err := d.value(t, m.Shape.Elem)
		return append(list, v), err
	case schema.Map:
		p, _ := have.(*schema.Pairs)
		if p == nil {
			p = &schema.Pairs{}
		}
		return p, d.entry(m.Shape, p)
	}
	return d.value(t, m)
}

func (d *decoder) value(t stdxml.StartElement, m *schema.Member) (any, error) {
	s := m.Shape
	switch s.Kind {
	case schema.Structure:
		return d.structure(t, s)
	case schema.List:
		inner := s.Elem.LocationName
		if inner == "" {
			inner = "member"
		}
		out := []any{}
		_, err := d.children(func(t stdxml.StartElement) error {
			if t.Name.Local != inner {
				return d.skip(t)
			}
			v, err := d.value(t, s.Elem)
			out = append(out, v)
			return err
		})
		return out, err
	case schema.Map:
		p := &schema.Pairs{}
		_, err := d.children(func(t stdxml.StartElement) error {
			if t.Name.Local != "entry" {
				return d.skip(t)
			}
			return d.entry(s, p)
		})
		return p, err
	}
	text, err := d.children(none)
	if err != nil {
		return nil, err
	}
	v, err := scalar.Parse(text, s)
	if err != nil {
		return nil, ErrMalformed
	}
	return v, nil
}

// entry reads the key and value of a map; the last of equal keys wins.
func (d *decoder) entry(s *schema.Shape, p *schema.Pairs) error {
	keyName, valueName := KeyNames(s)
	key, found, value := "", false, any(nil)
	_, err := d.children(func(t stdxml.StartElement) (err error) {
		switch t.Name.Local {
		case keyName:
			found = true
			key, err = d.children(none)
		case valueName:
			value, err = d.value(t, s.Elem)
		default:
			err = d.skip(t)
		}
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return ErrMalformed
	}
	if d.seen == nil {
		d.seen = make(map[*schema.Pairs]map[string]int)
	}
	if d.seen[p] == nil {
		d.seen[p] = make(map[string]int)
	}
	if i, ok := d.seen[p][key]; ok {
		p.Values[i] = value
		return nil
	}
	d.seen[p][key] = len(p.Keys)
	p.Keys, p.Values = append(p.Keys, key), append(p.Values, value)
	return nil
}
