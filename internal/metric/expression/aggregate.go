package expression

import (
	"math"
	"slices"
)

// aggregate makes a function that is a number over one series, and a series over an array.
func aggregate(one func([]float64) float64, all func(env *Env, ls []Line) ([]Point, error)) function {
	return function{1, 1, aggregated, func(env *Env, args []Value) (Value, error) {
		if args[0].Kind == Series {
			l := args[0].Lines[0]
			if len(l.Points) == 0 {
				return number(math.NaN()), nil // of nothing: every point made with it is dropped
			}
			values := make([]float64, len(l.Points))
			for i, p := range l.Points {
				values[i] = p.V
			}
			return number(one(values)), nil
		}
		points, err := all(env, args[0].Lines)
		return series(Line{Period: longest(args[0].Lines), Points: points}), err
	}}
}

func longest(ls []Line) int64 {
	n := int64(0)
	for i := range ls {
		n = max(n, ls[i].Period)
	}
	return n
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func mean(values []float64) float64 { return sum(values) / float64(len(values)) }

// deviation is the standard deviation of the whole, not of a sample (inferred).
func deviation(values []float64) float64 {
	m, squares := mean(values), 0.0
	for _, v := range values {
		squares += (v - m) * (v - m)
	}
	return math.Sqrt(squares / float64(len(values)))
}

// perTime computes f over the values that series have at each time.
func perTime(f func([]float64) float64) func(*Env, []Line) ([]Point, error) {
	return func(env *Env, ls []Line) ([]Point, error) {
		total := 0
		for i := range ls {
			total += len(ls[i].Points)
		}
		if err := env.spend(total); err != nil {
			return nil, err
		}
		all := make([]Point, 0, total)
		for i := range ls {
			all = append(all, ls[i].Points...)
		}
		slices.SortStableFunc(all, func(a, b Point) int {
			switch {
			case a.At < b.At:
				return -1
			case a.At > b.At:
				return 1
			}
			return 0
		})
		var out []Point
		var values []float64
		for i, p := range all {
			values = append(values, p.V)
			if i+1 < len(all) && all[i+1].At == p.At {
				continue
			}
			if v := f(values); finite(v) {
				out = append(out, Point{p.At, v})
			}
			values = values[:0]
		}
		return out, nil
	}
}

// meanOfAll divides by the number of series: a missing point is 0.
func meanOfAll(env *Env, ls []Line) ([]Point, error) {
	return perTime(func(values []float64) float64 { return sum(values) / float64(len(ls)) })(env, ls)
}

func countPoints(env *Env, args []Value) (Value, error) {
	if args[0].Kind == Series {
		return number(float64(len(args[0].Lines[0].Points))), nil
	}
	points, err := perTime(func(values []float64) float64 { return float64(len(values)) })(env, args[0].Lines)
	return series(Line{Period: longest(args[0].Lines), Points: points}), err
}
