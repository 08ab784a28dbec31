package fn

import "github.com/cogtrail/cogtrail/internal/query/value"

var json = []*Func{
	{Name: "jsonParse", Args: []Arg{Text}, Min: 1, Result: value.Map, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.ParseJSON(str(a[0]))
	}},
	{Name: "jsonStringify", Args: []Arg{Any}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok := a[0].Display()
		if !ok {
			return value.Value{}
		}
		return value.OfString(s)
	}},
	{Name: "jsonArraySize", Args: []Arg{Any}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		if l, ok := list(a[0]); ok {
			return value.OfInt(int64(len(l)))
		}
		return value.OfInt(0)
	}},
	{Name: "jsonArrayContains", Args: []Arg{Any, Any}, Min: 2, Result: value.Bool, Eval: func(_ *Ctx, a []value.Value) value.Value {
		l, _ := list(a[0])
		for _, v := range l {
			if value.Equal(v, a[1]) {
				return value.OfBool(true)
			}
		}
		return value.OfBool(false)
	}},
}

// list takes a list, or a text that holds a JSON array.
func list(v value.Value) ([]value.Value, bool) {
	if v.Kind() == value.String {
		v = value.ParseJSON(v.Raw())
	}
	if v.Kind() != value.List {
		return nil, false
	}
	return v.Elements(), true
}
