package pattern

import (
	"bytes"
	"strconv"
)

// field is a part of the message, without its brackets or quotes.
type field struct {
	from, to int
	start    int // where it begins with them
}

// inlineFields is how many fields of an event fit on the stack.
const inlineFields = 64

// split appends the fields of message to fields. Text within "…" or […] at the beginning of a field is one field; a bracket or
// quote without its partner is an ordinary character.
func split(message []byte, fields []field, most int) []field {
	for i := 0; len(fields) < most; {
		if i = skipBlanks(message, i); i == len(message) {
			break
		}
		start, closing := i, -1
		switch message[i] {
		case '[':
			closing = bytes.IndexByte(message[i:], ']')
		case '"':
			if end, _ := stringEnd(message, i); end > i+1 && message[end-1] == '"' {
				closing = end - 1 - i
			}
		}
		if closing > 0 {
			fields = append(fields, field{from: i + 1, to: i + closing, start: start})
			i += closing + 1
			continue
		}
		i = wordEnd(message, i)
		fields = append(fields, field{from: start, to: i, start: start})
	}
	return fields
}

// placement is how the slots lie on the fields of an event: slots before the first ellipsis from the left, those after the
// last from the right, those between two ellipses at shift.
type placement struct {
	d      *delimited
	fields []field
	shift  int
}

// index returns the number of the field on which slot lies.
func (p *placement) index(slot int) int {
	dots := p.d.dots
	switch {
	case len(dots) == 0 || slot < dots[0]:
		return slot
	case slot > dots[len(dots)-1]:
		return len(p.fields) - len(p.d.slots) + slot
	default:
		return p.shift + slot - dots[0] - 1
	}
}

// place finds the first placement under which all conditions hold.
func (d *delimited) place(message []byte, space []field) (placement, bool) {
	p := placement{d: d}
	if len(d.slots) == 0 {
		return p, true
	}
	most := len(message) + 1
	if len(d.dots) == 0 {
		most = len(d.slots)
	}
	p.fields = split(message, space, most)
	if len(p.fields) < len(d.slots)-len(d.dots) {
		return p, false
	}
	if len(d.dots) == 0 {
		p.absorb(message)
	}
	if len(d.dots) < 2 {
		return p, p.holds(message)
	}
	lowest := d.dots[0]
	highest := len(p.fields) - (len(d.slots) - 1 - d.dots[1]) - (d.dots[1] - d.dots[0] - 1)
	for p.shift = lowest; p.shift <= highest; p.shift++ {
		if p.holds(message) {
			return p, true
		}
	}
	return p, false
}

// absorb lets the last field take the rest of the message: AWS documents that [w1=ERROR, w2] matches a line of many words.
func (p *placement) absorb(message []byte) {
	last := &p.fields[len(p.fields)-1]
	end := len(message)
	for end > last.to && isBlank(message[end-1]) {
		end--
	}
	closed := last.to + last.from - last.start // after the closing quote or bracket
	if end > closed {
		last.from, last.to = last.start, end
	}
}

func (p *placement) holds(message []byte) bool {
	for i := range p.d.slots {
		if e := p.d.slots[i].cond; e != nil && !p.expression(message, e) {
			return false
		}
	}
	return true
}

func (p *placement) expression(message []byte, e *expression[*fieldCondition]) bool {
	if e.kids == nil {
		f := p.fields[p.index(e.leaf.slot)]
		return e.leaf.holds(message[f.from:f.to])
	}
	for _, k := range e.kids {
		if p.expression(message, k) == e.or {
			return e.or
		}
	}
	return !e.or
}

func (c *fieldCondition) holds(text []byte) bool {
	switch c.op {
	case opEqual:
		return c.equal(text)
	case opNotEqual:
		return !c.equal(text)
	}
	n, ok := number(text)
	return ok && c.op.holds(n, c.number)
}

func (c *fieldCondition) equal(text []byte) bool {
	if c.same(text) {
		return true
	}
	if !c.numeric {
		return false
	}
	n, ok := number(text)
	return ok && n == c.number
}

func (d *delimited) match(message []byte) bool {
	var space [inlineFields]field
	_, ok := d.place(message, space[:0])
	return ok
}

func (d *delimited) extract(message []byte, into map[string]string) {
	p, ok := d.place(message, nil)
	if !ok {
		return
	}
	if len(d.slots) == 0 {
		p.fields = split(message, nil, len(message)+1)
	}
	names := make([]string, len(p.fields))
	for i, slot := range d.slots {
		if !slot.dots {
			names[p.index(i)] = slot.name
		}
	}
	for i, f := range p.fields {
		name := names[i]
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		into["$"+name] = string(message[f.from:f.to])
	}
}
