package plan

import (
	"regexp"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Literal is the value of a number or text literal; ok is false for anything else.
func Literal(x syntax.Expr) (v value.Value, ok bool) {
	switch x := x.(type) {
	case *syntax.Number:
		return value.OfNumber(x.Value), true
	case *syntax.String:
		return value.OfString(x.Value), true
	case *syntax.Unary:
		if n, isNumber := x.X.(*syntax.Number); isNumber && x.Op == "-" {
			return value.OfNumber(-n.Value), true
		}
	}
	return value.Value{}, false
}

// Consts collects what is known of a call's arguments. Periods and regexes that do not compile are left out; Build has
// refused them.
func Consts(kind func(int) fn.Arg, args []syntax.Expr) []fn.Const {
	out := make([]fn.Const, len(args))
	for i, a := range args {
		switch x := a.(type) {
		case *syntax.Period:
			out[i].Span, _ = fn.ParsePeriod(x.N, x.Unit)
			out[i].Known = true
		case *syntax.Regex:
			out[i].Regexp, _ = regexp.Compile(x.Pattern)
			out[i].Known = true
		case *syntax.String:
			if kind(i) == fn.Pattern {
				out[i].Regexp, _ = regexp.Compile(x.Value)
			}
			out[i].Value, out[i].Known = value.OfString(x.Value), true
		default:
			out[i].Value, out[i].Known = Literal(a)
		}
	}
	return out
}
