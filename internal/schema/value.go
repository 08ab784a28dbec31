package schema

// Struct is a structure value: one slot per member of its shape, nil = absent.
type Struct struct {
	Shape  *Shape
	Fields []any
}

// NewStruct makes an empty value of a structure shape.
func NewStruct(s *Shape) *Struct {
	return &Struct{Shape: s, Fields: make([]any, len(s.Members))}
}

// Get returns the value of a member, nil if absent or unknown.
func (v *Struct) Get(name string) any {
	if v == nil {
		return nil
	}
	if i, ok := v.Shape.index[name]; ok {
		return v.Fields[i]
	}
	return nil
}

// Text returns a string member, empty if absent.
func (v *Struct) Text(name string) string {
	s, _ := v.Get(name).(string)
	return s
}

// Set gives a member its value. The member must exist.
func (v *Struct) Set(name string, x any) {
	i, ok := v.Shape.index[name]
	if !ok {
		panic("BUG: " + v.Shape.Name + " has no member " + name)
	}
	v.Fields[i] = x
}

// Pairs is a map value in the order of the wire.
type Pairs struct {
	Keys   []string
	Values []any
}

// Get returns the value of a key.
func (p *Pairs) Get(key string) (any, bool) {
	for i, k := range p.Keys {
		if k == key {
			return p.Values[i], true
		}
	}
	return nil, false
}
