package accel

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// maxList bounds the elements of in.
const maxList = 1000

// condition writes a condition. In the language it is true or false; in SQL it may be null instead of false, unless
// exact is set, which not needs.
func (t *translator) condition(x syntax.Expr, exact bool) (string, error) {
	switch x := x.(type) {
	case *syntax.Unary:
		if x.Op == "not" {
			s, err := t.condition(x.X, true)
			return "NOT (" + s + ")", err
		}
	case *syntax.Binary:
		switch x.Op {
		case "and", "or":
			l, err := t.condition(x.L, exact)
			if err != nil {
				return "", err
			}
			r, err := t.condition(x.R, exact)
			return "(" + l + " " + strings.ToUpper(x.Op) + " " + r + ")", err
		case "=", "!=":
			return t.equality(x, exact)
		case "<", "<=", ">", ">=":
			return t.order(x, exact)
		}
	case *syntax.Like:
		return t.like(x, exact)
	case *syntax.In:
		return t.in(x, exact)
	case *syntax.Call:
		if strings.EqualFold(x.Name, "ispresent") && len(x.Args) == 1 {
			o, err := t.operand(x.Args[0])
			return o.sql + " IS NOT NULL", err
		}
	}
	return "", inexpressible(x)
}

// settle makes null false if it matters.
func settle(s string, o operand, exact bool) string {
	if o.full || !exact {
		return s
	}
	return "coalesce(" + s + ", false)"
}

// sides finds the operand and the literal of a comparison; flipped says that the literal stands left.
func (t *translator) sides(x *syntax.Binary) (o operand, lit value.Value, flipped bool, err error) {
	lit, ok := plan.Literal(x.R)
	side := x.L
	if !ok {
		if lit, ok = plan.Literal(x.L); !ok {
			return o, lit, false, inexpressible(x)
		}
		side, flipped = x.R, true
	}
	o, err = t.operand(side)
	return o, lit, flipped, err
}

func (t *translator) equality(x *syntax.Binary, exact bool) (string, error) {
	o, lit, _, err := t.sides(x)
	if err != nil {
		return "", err
	}
	s, err := t.equals(o, lit)
	if err != nil || x.Op == "=" {
		return settle(s, o, exact), err
	}
	return "NOT " + settle(s, o, true), nil
}

// equals is value.Equal with a literal, null if the operand is.
func (t *translator) equals(o operand, lit value.Value) (string, error) {
	num, numeric := lit.Num()
	switch o.kind {
	case boolKind:
		// There are two values; the language itself says which of them are equal to the literal.
		one, zero := value.Equal(value.OfBool(true), lit), value.Equal(value.OfBool(false), lit)
		switch {
		case one && zero:
			return o.sql + " IS NOT NULL", nil
		case one:
			return "(" + o.sql + " = " + t.arg("1") + ")", nil
		case zero:
			return "(" + o.sql + " = " + t.arg("0") + ")", nil
		}
		return "(1 = 0)", nil
	case timeKind:
		if numeric {
			return "(" + t.d.Double(o.sql) + " = " + t.arg(num) + ")", nil
		}
	case textKind:
		text := lit.Raw()
		if lit.Kind() != value.String || !bindable(text) {
			break
		}
		same := o.sql + " = " + t.arg(text)
		// Short texts that are numbers are compared as numbers.
		if !numeric || len(text) > 15 {
			return "(" + same + ")", nil
		}
		number := t.d.Number("CASE WHEN " + t.d.Bytes(o.sql) + " <= 15 AND " + t.d.Matches(o.sql, t.arg(NumberPattern)) + " THEN " + o.sql + " END")
		return "(" + same + " OR coalesce(" + number + " = " + t.arg(num) + ", false))", nil
	}
	return "", inexpressible(lit.Raw())
}

var flip = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (t *translator) order(x *syntax.Binary, exact bool) (string, error) {
	o, lit, flipped, err := t.sides(x)
	if err != nil {
		return "", err
	}
	op := x.Op
	if flipped {
		op = flip[op]
	}
	num, numeric := lit.Num()
	switch {
	case o.kind == timeKind && numeric:
		return "(" + t.d.Double(o.sql) + " " + op + " " + t.arg(num) + ")", nil
	case o.kind == textKind && !numeric && lit.Kind() == value.String && bindable(lit.Raw()):
		return settle("("+o.sql+" "+op+" "+t.arg(lit.Raw())+")", o, exact), nil
	}
	return "", inexpressible(x)
}

func (t *translator) like(x *syntax.Like, exact bool) (string, error) {
	o, err := t.operand(x.X)
	if err != nil {
		return "", err
	}
	if o.kind == timeKind {
		return "", inexpressible(x)
	}
	var s string
	switch p := x.Pattern.(type) {
	case *syntax.String:
		if !bindable(p.Value) {
			return "", inexpressible(x)
		}
		s = t.d.Contains(o.sql, t.arg(p.Value))
	case *syntax.Regex:
		lit, literal, ok := portable(p.Pattern)
		switch {
		case !ok:
			return "", inexpressible(x)
		case literal:
			s = t.d.Contains(o.sql, t.arg(lit))
		default:
			s = t.d.Matches(o.sql, t.arg(p.Pattern))
		}
	default:
		return "", inexpressible(x)
	}
	if x.Not {
		return "NOT " + settle(s, o, true), nil
	}
	return settle(s, o, exact), nil
}

func (t *translator) in(x *syntax.In, exact bool) (string, error) {
	if x.Query != nil || len(x.List) > maxList {
		return "", inexpressible(x)
	}
	o, err := t.operand(x.X)
	if err != nil {
		return "", err
	}
	var plain, parts []string
	for _, e := range x.List {
		lit, ok := plan.Literal(e)
		if !ok {
			return "", inexpressible(e)
		}
		_, numeric := lit.Num()
		if o.kind == textKind && lit.Kind() == value.String && !numeric && bindable(lit.Raw()) {
			plain = append(plain, t.arg(lit.Raw()))
			continue
		}
		s, err := t.equals(o, lit)
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	if len(plain) > 0 {
		parts = append(parts, o.sql+" IN ("+strings.Join(plain, ", ")+")")
	}
	if len(parts) == 0 {
		parts = []string{"1 = 0"}
	}
	s := "(" + strings.Join(parts, " OR ") + ")"
	if x.Not {
		return "NOT " + settle(s, o, true), nil
	}
	return settle(s, o, exact), nil
}
