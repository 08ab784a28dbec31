package expression

import (
	"errors"
	"fmt"
	"math"
)

// ErrBudget reports that an expression would make more points than Env.Budget allows.
var ErrBudget = errors.New("the expression makes too many data points")

// Env is what an expression is computed over.
type Env struct {
	// Start and End bound the range in s since 1970, End exclusive. Periods count
	// from Anchor. Period is the length of those of what has none of its own.
	Start, End, Anchor, Period int64
	// Lookup returns the value of another Id.
	Lookup func(id string) (Value, error)
	// Metrics returns the series of the request that are metrics, whose Id holds a text.
	Metrics func(part string) ([]Line, error)
	// Search returns the series that a search expression finds; nil if there is none in this place.
	Search func(query *Search, stat string, period int64) ([]Line, error)
	// Budget is how many points may still be made; it is counted down. Expressions
	// of one request share it.
	Budget *int
}

// Eval computes an expression that Type accepts.
func (e *Expression) Eval(env *Env) (Value, error) { return e.root.eval(env) }

// lineCost is what a series costs beside its points, which may be none.
const lineCost = 16

func (env *Env) spend(n int) error {
	if *env.Budget -= n; *env.Budget < 0 {
		return ErrBudget
	}
	return nil
}

func (n *node) eval(env *Env) (Value, error) {
	switch n.kind {
	case literal:
		return number(n.number), nil
	case text:
		return Value{Kind: Text, text: n.text}, nil
	case id:
		if isWord(n.text) {
			return Value{Kind: Text, text: n.text}, nil
		}
		return env.Lookup(n.text)
	}
	args := make([]Value, len(n.args))
	for i, a := range n.args {
		v, err := a.eval(env)
		if err != nil {
			return Value{}, err
		}
		args[i] = v
	}
	switch n.kind {
	case negation:
		return each(env, args[0], func(_ int64, v float64) float64 { return -v })
	case binary:
		return operate(env, operators[n.text], args[0], args[1])
	case list:
		out := Value{Kind: Array}
		for _, a := range args {
			if err := env.spend(lineCost * len(a.Lines)); err != nil {
				return Value{}, err
			}
			out.Lines = append(out.Lines, a.Lines...)
		}
		return out, nil
	}
	f, ok := functions[n.text]
	if !ok {
		return Value{}, fmt.Errorf("BUG: %s was not checked", n.text)
	}
	return f.eval(env, args)
}

// operators compute a point of two; a missing partner is 0.
var operators = map[string]func(a, b float64) float64{
	"+":  func(a, b float64) float64 { return a + b },
	"-":  func(a, b float64) float64 { return a - b },
	"*":  func(a, b float64) float64 { return a * b },
	"/":  func(a, b float64) float64 { return a / b },
	"^":  math.Pow,
	"==": func(a, b float64) float64 { return truth(a == b) },
	"!=": func(a, b float64) float64 { return truth(a != b) },
	"<":  func(a, b float64) float64 { return truth(a < b) },
	"<=": func(a, b float64) float64 { return truth(a <= b) },
	">":  func(a, b float64) float64 { return truth(a > b) },
	">=": func(a, b float64) float64 { return truth(a >= b) },
	"&&": func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	"||": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

// operate applies an operator to two operands, of which at most one is an array.
func operate(env *Env, f func(a, b float64) float64, a, b Value) (Value, error) {
	switch {
	case a.Kind == Scalar && b.Kind == Scalar:
		return number(f(a.Number, b.Number)), nil
	case a.Kind == Scalar:
		return each(env, b, func(_ int64, v float64) float64 { return f(a.Number, v) })
	case b.Kind == Scalar:
		return each(env, a, func(_ int64, v float64) float64 { return f(v, b.Number) })
	}
	if b.Kind == Array {
		return lines(b, func(l *Line) (Line, error) { return join(env, f, &a.Lines[0], l, l) })
	}
	return lines(a, func(l *Line) (Line, error) { return join(env, f, l, &b.Lines[0], l) })
}

// join applies f at every time that one of two series has; missing points are 0.
func join(env *Env, f func(a, b float64) float64, a, b, named *Line) (Line, error) {
	if err := env.spend(len(a.Points) + len(b.Points) + lineCost); err != nil {
		return Line{}, err
	}
	out := make([]Point, 0, max(len(a.Points), len(b.Points)))
	p, q := a.Points, b.Points
	for len(p) > 0 || len(q) > 0 {
		var x, y Point
		switch {
		case len(q) == 0 || len(p) > 0 && p[0].At < q[0].At:
			x, p = p[0], p[1:]
			y.At = x.At
		case len(p) == 0 || q[0].At < p[0].At:
			y, q = q[0], q[1:]
		default:
			x, y, p, q = p[0], q[0], p[1:], q[1:]
		}
		if v := f(x.V, y.V); finite(v) {
			out = append(out, Point{y.At, v})
		}
	}
	l := named.like(out)
	l.Period = max(a.Period, b.Period)
	return l, nil
}

// each applies f to every point, or to a number.
func each(env *Env, v Value, f func(at int64, v float64) float64) (Value, error) {
	if v.Kind == Scalar {
		return number(f(0, v.Number)), nil
	}
	return lines(v, func(l *Line) (Line, error) {
		if err := env.spend(len(l.Points) + lineCost); err != nil {
			return Line{}, err
		}
		out := make([]Point, 0, len(l.Points))
		for _, p := range l.Points {
			if y := f(p.At, p.V); finite(y) {
				out = append(out, Point{p.At, y})
			}
		}
		return l.like(out), nil
	})
}

// lines applies f to every series of a value and keeps its kind.
func lines(v Value, f func(*Line) (Line, error)) (Value, error) {
	out := Value{Kind: v.Kind, Lines: make([]Line, 0, len(v.Lines))}
	for i := range v.Lines {
		l, err := f(&v.Lines[i])
		if err != nil {
			return Value{}, err
		}
		out.Lines = append(out.Lines, l)
	}
	return out, nil
}
