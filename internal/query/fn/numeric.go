package fn

import (
	"math"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var numeric = []*Func{
	number1("abs", math.Abs),
	number1("ceil", math.Ceil),
	number1("floor", math.Floor),
	number1("log", math.Log),
	number1("sqrt", math.Sqrt),
	{Name: "greatest", Args: []Arg{Num}, Min: 1, Variadic: true, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		m := num(a[0])
		for _, v := range a[1:] {
			m = max(m, num(v))
		}
		return value.OfNumber(m)
	}},
	{Name: "least", Args: []Arg{Num}, Min: 1, Variadic: true, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		m := num(a[0])
		for _, v := range a[1:] {
			m = min(m, num(v))
		}
		return value.OfNumber(m)
	}},
	{Name: "round", Args: []Arg{Num, Num}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		if len(a) == 1 {
			return value.OfNumber(math.Round(num(a[0])))
		}
		scale := math.Pow(10, math.Trunc(min(max(num(a[1]), -15), 15)))
		return value.OfNumber(math.Round(num(a[0])*scale) / scale)
	}},
	{Name: "haversine", Args: []Arg{Num, Num, Num, Num}, Min: 4, Result: value.Number, Eval: haversine},
	number1("toNumber", func(f float64) float64 { return f }),
	number1("toDouble", func(f float64) float64 { return f }),
	number1("toInt", func(f float64) float64 { return truncate(f, math.MinInt32, math.MaxInt32) }),
	number1("toLong", func(f float64) float64 { return truncate(f, math.MinInt64, math.MaxInt64) }),
	{Name: "histogram", Args: []Arg{Num, Num}, Min: 2, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		// The second argument is the width of a bucket; the value is the bucket's lower bound. (inferred)
		w := num(a[1])
		if w <= 0 {
			return value.Value{}
		}
		return value.OfNumber(math.Floor(num(a[0])/w) * w)
	}},
}

func number1(name string, f func(float64) float64) *Func {
	return &Func{Name: name, Args: []Arg{Num}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfNumber(f(num(a[0])))
	}}
}

// truncate gives NaN, hence null, outside the range.
func truncate(f, low, high float64) float64 {
	f = math.Trunc(f)
	if f < low || f > high {
		return math.NaN()
	}
	return f
}

// haversine is the great-circle distance in km on a sphere of radius 6371 km.
func haversine(_ *Ctx, a []value.Value) value.Value {
	rad := func(i int) float64 { return num(a[i]) * math.Pi / 180 }
	dLat, dLon := rad(2)-rad(0), rad(3)-rad(1)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(0))*math.Cos(rad(2))*math.Pow(math.Sin(dLon/2), 2)
	return value.OfNumber(2 * 6371 * math.Asin(math.Sqrt(min(1, h))))
}
