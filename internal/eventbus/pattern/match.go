package pattern

// Match tells whether an event matches. The event is what encoding/json makes of an object with UseNumber.
func (p *Pattern) Match(event map[string]any) bool { return p.root.match(event) }

func (o *object) match(event map[string]any) bool {
	for name, f := range o.fields {
		v, ok := event[name]
		if !f.match(v, ok) {
			return false
		}
	}
	if len(o.or) == 0 {
		return true
	}
	for _, alternative := range o.or {
		if alternative.match(event) {
			return true
		}
	}
	return false
}

// match looks at a value of the event; there tells whether it is there. Of a list, one element must match.
func (f *field) match(v any, there bool) bool {
	if f.nested != nil {
		switch v := v.(type) {
		case map[string]any:
			return f.nested.match(v)
		case []any:
			for _, e := range v {
				if inner, ok := e.(map[string]any); ok && f.nested.match(inner) {
					return true
				}
			}
			return false
		}
		return f.nested.match(nil) // whatever it asks to be absent is
	}
	if _, isObject := v.(map[string]any); isObject || !there {
		return f.absent // only leaves exist
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		for _, m := range f.matchers {
			if m(e) {
				return true
			}
		}
	}
	return f.absent && len(list) == 0
}
