package fn

import "github.com/cogtrail/cogtrail/internal/query/value"

var general = []*Func{
	{Name: "ispresent", Args: []Arg{Any}, Min: 1, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfBool(!a[0].IsNull())
	}},
	{Name: "coalesce", Args: []Arg{Any}, Min: 1, Variadic: true, Result: value.String, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		for _, v := range a {
			if !v.IsNull() {
				return v
			}
		}
		return value.Value{}
	}},
	{Name: "if", Args: []Arg{Any, Any, Any}, Min: 3, Result: value.String, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		if a[0].Truth() {
			return a[1]
		}
		return a[2]
	}},
	// case takes up to ten branches and a default. [CloudWatch Logs: general functions]
	{Name: "case", Args: make([]Arg, 21), Min: 2, Result: value.String, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		i := 0
		for ; i+1 < len(a); i += 2 {
			if a[i].Truth() {
				return a[i+1]
			}
		}
		if i < len(a) {
			return a[i]
		}
		return value.Value{}
	}},
	{Name: "isNumeric", Args: []Arg{Any}, Min: 1, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		_, ok := a[0].Num()
		return value.OfBool(ok)
	}},
	{Name: "messageSize", Args: []Arg{Text}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfInt(int64(len(str(a[0]))))
	}},
	// unmask is the identity as long as no data protection policy masks anything.
	{Name: "unmask", Args: []Arg{Any}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value { return a[0] }},
}
