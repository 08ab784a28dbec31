package pattern

import "strings"

// Selector reads one value of an event: the metricValue or a dimension of a metric filter. It is immutable and safe for
// concurrent use.
type Selector struct {
	text     string
	constant *float64
	path     *path
	fields   *delimited
	slot     int // in fields; -1 if position counts
	position int // from 1
}

// Selector compiles text, as it stands in a metric transformation of a filter with this pattern: a number, "$.path" with a JSON
// pattern, "$name" or "$3" with a space-delimited one. The error is a *SyntaxError.
func (p *Pattern) Selector(text string) (*Selector, error) {
	sel := &Selector{text: text, slot: -1}
	if n, ok := number([]byte(text)); ok {
		sel.constant = &n
		return sel, nil
	}
	if !strings.HasPrefix(text, "$") {
		return nil, invalid(0, "selector is neither a number nor begins with $")
	}
	if p.kind == JSON {
		s := &source{text: text}
		q, err := parsePath(s)
		if err == nil && !s.end() {
			err = invalid(s.pos, "text after the selector")
		}
		if err != nil {
			return nil, err
		}
		sel.path = q
		return sel, nil
	}
	d, ok := p.m.(*delimited)
	if !ok {
		return nil, invalid(0, "the pattern has no fields")
	}
	sel.fields = d
	if sel.slot = d.named(text[1:]); sel.slot >= 0 && text != "$" {
		return sel, nil
	}
	sel.slot = -1
	if sel.position, ok = position(text[1:]); !ok {
		return nil, invalid(1, "no field %q", text[1:])
	}
	return sel, nil
}

// Constant tells whether the selector is a number that stands in the filter itself.
func (s *Selector) Constant() bool { return s.constant != nil }

// String returns the selector as it was written.
func (s *Selector) String() string { return s.text }

// Value returns the text of the selected value in an event that the pattern matches; false if the event has none, or an
// object, array or null.
func (s *Selector) Value(message []byte) (string, bool) {
	switch {
	case s.constant != nil:
		return s.text, true
	case s.path != nil:
		root, ok := rootObject(message)
		if !ok {
			return "", false
		}
		return s.path.first(root).text()
	}
	p, ok := s.fields.place(message, nil)
	if !ok {
		return "", false
	}
	if len(s.fields.slots) == 0 {
		p.fields = split(message, nil, s.position)
	}
	i := s.position - 1
	if s.slot >= 0 {
		i = p.index(s.slot)
	}
	if i >= len(p.fields) {
		return "", false
	}
	f := p.fields[i]
	return string(message[f.from:f.to]), true
}

// Number returns the selected value as a number; false if there is none or it is not numeric, in which case a metric filter
// emits nothing for the event (inferred).
func (s *Selector) Number(message []byte) (float64, bool) {
	if s.constant != nil {
		return *s.constant, true
	}
	text, ok := s.Value(message)
	if !ok || strings.TrimSpace(text) != text {
		return 0, false
	}
	return number([]byte(text))
}
