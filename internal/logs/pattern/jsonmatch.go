package pattern

// cacheSize is how many selectors of a pattern have their value remembered during one match.
const cacheSize = 8

// lookup is one event during one match. It lives on the stack.
type lookup struct {
	root  []byte
	known [cacheSize]bool
	value [cacheSize]value
}

func (p *jsonPattern) match(message []byte) bool {
	root, ok := rootObject(message)
	if !ok {
		return false
	}
	l := lookup{root: root}
	// Most events do not meet the conditions, so the proof that the event is JSON from end to end comes last.
	return l.holds(p.root) && valid(root)
}

func (l *lookup) holds(e *expression[*jsonCondition]) bool {
	if e.kids == nil {
		return l.condition(e.leaf)
	}
	for _, k := range e.kids {
		if l.holds(k) == e.or {
			return e.or
		}
	}
	return !e.or
}

func (l *lookup) condition(c *jsonCondition) bool {
	if c.path.wild {
		found, held := c.any(l.root, c.path.steps)
		if !found {
			return c.holds(value{})
		}
		return held
	}
	if c.slot >= cacheSize {
		return c.holds(find(l.root, c.path.steps))
	}
	if !l.known[c.slot] {
		l.known[c.slot], l.value[c.slot] = true, find(l.root, c.path.steps)
	}
	return c.holds(l.value[c.slot])
}

// any goes along steps through a wildcard and tells whether any value was found and whether one fulfils the condition.
func (c *jsonCondition) any(raw []byte, steps []step) (found, held bool) {
	for i, st := range steps {
		if st.kind < stepAnyKey {
			continue
		}
		v := find(raw, steps[:i])
		it := v.children(st.kind)
		for it.next() {
			child := find(it.raw, steps[i+1:])
			if child.kind == kindMissing {
				continue
			}
			found = true
			if c.holds(child) {
				return true, true
			}
		}
		break
	}
	return found, false
}

// holds tells whether v fulfils the condition.
//
// A missing member differs from every literal, so that a console sign-in without MFAUsed is not overlooked (inferred). An
// object or array fulfils nothing but its existence. Booleans compare by their text (inferred).
func (c *jsonCondition) holds(v value) bool {
	switch c.op {
	case opNotExists:
		return v.kind == kindMissing
	case opIsNull:
		return v.kind == kindNull
	case opIsTrue:
		return v.kind == kindTrue
	case opIsFalse:
		return v.kind == kindFalse
	case opNotEqual:
		return v.kind == kindMissing || v.kind != kindComposite && !c.equal(v)
	case opEqual:
		return v.kind != kindMissing && v.kind != kindComposite && c.equal(v)
	}
	if v.kind != kindNumber {
		return false
	}
	n, ok := number(v.raw)
	return ok && c.op.holds(n, c.number)
}

func (c *jsonCondition) equal(v value) bool {
	switch v.kind {
	case kindNull:
		return false
	case kindString:
		if v.escaped {
			var space [256]byte
			return c.same(unescape(space[:0], v.raw))
		}
		return c.same(v.raw)
	case kindNumber:
		if c.numeric {
			n, ok := number(v.raw)
			return ok && n == c.number
		}
		return c.same(v.raw)
	default:
		return c.same(v.raw)
	}
}

// first returns the value a selector shows: the first simple one in case of a wildcard.
func (q *path) first(root []byte) value {
	if !q.wild {
		return find(root, q.steps)
	}
	for i, st := range q.steps {
		if st.kind < stepAnyKey {
			continue
		}
		v := find(root, q.steps[:i])
		it := v.children(st.kind)
		for it.next() {
			if child := find(it.raw, q.steps[i+1:]); child.kind != kindMissing && child.kind != kindComposite {
				return child
			}
		}
		break
	}
	return value{}
}

func (p *jsonPattern) extract(message []byte, into map[string]string) {
	root, ok := rootObject(message)
	if !ok {
		return
	}
	for _, q := range p.paths {
		if text, ok := q.first(root).text(); ok {
			into[q.text] = text
		}
	}
}
