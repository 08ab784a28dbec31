package pattern

import "strings"

// maxEllipses bounds the "..." of one pattern, so that fields are placed in at most one turn per field of the event. AWS
// shows patterns with one; two put a run of fields anywhere in the line (inferred).
const maxEllipses = 2

// delimited is [ fields ].
type delimited struct {
	slots []fieldSlot
	dots  []int // places of "..." in slots
	regex int
}

// fieldSlot is what stands between two commas.
type fieldSlot struct {
	dots bool
	name string
	cond *expression[*fieldCondition] // nil without condition
}

// fieldCondition compares one field; slot is its place, known when all slots are read.
type fieldCondition struct {
	name string
	slot int
	op   operator
	literal
}

func parseDelimited(s *source) (matcher, *SyntaxError) {
	s.pos++
	d := &delimited{}
	var conditions []*fieldCondition
	if !s.take("]") {
		for {
			slot, err := d.parseSlot(s, &conditions)
			if err != nil {
				return nil, err
			}
			if slot.dots {
				d.dots = append(d.dots, len(d.slots))
			}
			d.slots = append(d.slots, slot)
			if s.take("]") {
				break
			}
			if !s.take(",") {
				return nil, invalid(s.pos, "comma or closing bracket expected")
			}
		}
	}
	s.blanks()
	switch {
	case !s.end():
		return nil, invalid(s.pos, "text after the closing bracket")
	case d.regex > maxRegexes:
		return nil, invalid(0, "more than %d regular expressions", maxRegexes)
	case len(d.dots) > maxEllipses:
		return nil, invalid(0, "more than %d ellipses", maxEllipses)
	case len(d.dots) == 2 && d.dots[1] == d.dots[0]+1:
		return nil, invalid(0, "two ellipses side by side")
	}
	for _, c := range conditions {
		if c.slot = d.named(c.name); c.slot < 0 {
			return nil, invalid(0, "no field %q", c.name)
		}
	}
	return d, nil
}

func (d *delimited) named(name string) int {
	for i, slot := range d.slots {
		if slot.name == name {
			return i
		}
	}
	return -1
}

func (d *delimited) parseSlot(s *source, conditions *[]*fieldCondition) (fieldSlot, *SyntaxError) {
	s.blanks()
	start := s.pos
	switch {
	case s.take("..."):
		return fieldSlot{dots: true}, nil
	case s.peek() == ',' || s.peek() == ']':
		return fieldSlot{}, nil
	}
	// A name alone is a field without condition.
	if name := s.name(); name != "" {
		if s.blanks(); s.peek() == ',' || s.peek() == ']' {
			return fieldSlot{name: name}, d.free(name, start)
		}
	}
	s.pos = start
	slot := fieldSlot{}
	cond, err := parseExpression(s, 0, func() (*fieldCondition, *SyntaxError) {
		from := s.pos
		c := &fieldCondition{name: s.name()}
		if c.name == "" {
			return nil, badTerm(from, s.text[from:min(from+1, len(s.text))])
		}
		var err *SyntaxError
		if c.op, err = s.comparison(); err != nil {
			return nil, err
		}
		c.literal, err = parseLiteral(s, c.op, ",])&|")
		if c.regex != nil {
			d.regex++
		}
		if slot.name == "" {
			slot.name = c.name // the first name of a compound condition is the field's
		}
		*conditions = append(*conditions, c)
		return c, err
	})
	if err != nil {
		return slot, err
	}
	slot.cond = cond
	return slot, d.free(slot.name, start)
}

// free refuses a second field of one name, since conditions and selectors could not tell them apart (inferred).
func (d *delimited) free(name string, offset int) *SyntaxError {
	if d.named(name) >= 0 {
		return invalid(offset, "two fields named %q", name)
	}
	return nil
}

func (d *delimited) regexes() int { return d.regex }

func (d *delimited) print(b []byte) []byte {
	b = append(b, '[')
	for i, slot := range d.slots {
		if i > 0 {
			b = append(b, ", "...)
		}
		switch {
		case slot.dots:
			b = append(b, "..."...)
		case slot.cond != nil:
			b = slot.cond.print(b, func(b []byte, c *fieldCondition) []byte {
				b = append(b, c.name...)
				b = append(b, ' ')
				b = append(b, operatorText[c.op]...)
				return c.literal.print(append(b, ' '))
			})
		default:
			b = append(b, slot.name...)
		}
	}
	return append(b, ']')
}

// position reads the number of "$3"; false for names.
func position(name string) (int, bool) {
	if strings.HasPrefix(name, "0") {
		return 0, false
	}
	return arrayIndex(name)
}
