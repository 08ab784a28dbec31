package expression

import (
	"maps"
	"math"
	"slices"
	"time"
)

// function is one function of metric math.
type function struct {
	least, most int
	// kind tells the kind of the result; false if the arguments do not fit. nodes
	// are the arguments as written.
	kind func(args []Kind, nodes []*node) (Kind, bool)
	eval func(env *Env, args []Value) (Value, error)
}

// functions are all that this server computes. [CloudWatch: Using metric math, Functions supported for metric math]
var functions = map[string]function{
	"ABS":   perPoint(math.Abs),
	"CEIL":  perPoint(math.Ceil),
	"FLOOR": perPoint(math.Floor),
	"LOG":   perPoint(math.Log),
	"LOG10": perPoint(math.Log10),

	"AVG":             aggregate(mean, meanOfAll),
	"MAX":             aggregate(slices.Max, perTime(slices.Max[[]float64])),
	"MIN":             aggregate(slices.Min, perTime(slices.Min[[]float64])),
	"SUM":             aggregate(sum, perTime(sum)),
	"STDDEV":          aggregate(deviation, perTime(deviation)),
	"DATAPOINT_COUNT": {1, 1, aggregated, countPoints},
	"METRIC_COUNT":    {1, 1, fixed(Scalar, Array), func(_ *Env, args []Value) (Value, error) { return number(float64(len(args[0].Lines))), nil }},

	"MINUTE": ofTime(func(t time.Time) int { return t.Minute() }),
	"HOUR":   ofTime(func(t time.Time) int { return t.Hour() }),
	"DAY":    ofTime(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }), // Monday is 1
	"DATE":   ofTime(func(t time.Time) int { return t.Day() }),
	"MONTH":  ofTime(func(t time.Time) int { return int(t.Month()) }),
	"YEAR":   ofTime(func(t time.Time) int { return t.Year() }),
	"EPOCH":  ofTime(func(t time.Time) int { return int(t.Unix()) }),

	"DIFF":        betweenPoints(func(a, b Point) float64 { return b.V - a.V }),
	"DIFF_TIME":   betweenPoints(func(a, b Point) float64 { return float64(b.At - a.At) }),
	"RATE":        betweenPoints(func(a, b Point) float64 { return (b.V - a.V) / float64(b.At-a.At) }),
	"RUNNING_SUM": {1, 1, unchanged, runningSum},
	"PERIOD":      {1, 1, fixed(Scalar, Series), period},
	"TIME_SERIES": {1, 1, fixed(Series, Scalar), timeSeries},
	"FILL":        {2, 2, fillKind, fill},
	"IF":          {2, 3, ifKind, choose},

	"FIRST":        {1, 1, fixed(Series, Array), func(_ *Env, args []Value) (Value, error) { return pick(args[0], 0), nil }},
	"LAST":         {1, 1, fixed(Series, Array), func(_ *Env, args []Value) (Value, error) { return pick(args[0], len(args[0].Lines)-1), nil }},
	"SLICE":        {2, 3, sliceKind, slice},
	"SORT":         {2, 4, sortKind, sortLines},
	"REMOVE_EMPTY": {1, 1, unchanged, removeEmpty},
	"METRICS":      {0, 1, metricsKind, metricsOf},
	"SEARCH":       {2, 3, searchKind, search},
}

// unsupported are functions of AWS that have nothing to work on here: models of anomalies, quotas, contributor insights, code
// and databases of others.
var unsupported = map[string]bool{
	"ANOMALY_DETECTION_BAND": true, "SERVICE_QUOTA": true, "INSIGHT_RULE_METRIC": true, "LAMBDA": true, "DB_PERF_INSIGHTS": true,
}

// Functions lists the functions that are computed and those that are refused.
func Functions() (computed, refused []string) {
	return slices.Sorted(maps.Keys(functions)), slices.Sorted(maps.Keys(unsupported))
}

// Operators lists the operators.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }

// fixed is a kind of result for one kind of argument.
func fixed(result, arg Kind) func([]Kind, []*node) (Kind, bool) {
	return func(args []Kind, _ []*node) (Kind, bool) { return result, args[0] == arg }
}

// unchanged is the kind of a series or an array.
func unchanged(args []Kind, _ []*node) (Kind, bool) {
	return args[0], args[0] == Series || args[0] == Array
}

// aggregated is Scalar for a series and Series for an array.
func aggregated(args []Kind, _ []*node) (Kind, bool) {
	if args[0] == Series {
		return Scalar, true
	}
	return Series, args[0] == Array
}

func perPoint(f func(float64) float64) function {
	return function{1, 1, func(args []Kind, _ []*node) (Kind, bool) { return args[0], args[0] != Text },
		func(env *Env, args []Value) (Value, error) {
			return each(env, args[0], func(_ int64, v float64) float64 { return f(v) })
		}}
}

func ofTime(f func(time.Time) int) function {
	return function{1, 1, unchanged, func(env *Env, args []Value) (Value, error) {
		return each(env, args[0], func(at int64, _ float64) float64 { return float64(f(time.Unix(at, 0).UTC())) })
	}}
}

func betweenPoints(f func(a, b Point) float64) function {
	return function{1, 1, unchanged, func(env *Env, args []Value) (Value, error) {
		return lines(args[0], func(l *Line) (Line, error) {
			if err := env.spend(len(l.Points)); err != nil {
				return Line{}, err
			}
			var out []Point
			for i := 1; i < len(l.Points); i++ {
				if v := f(l.Points[i-1], l.Points[i]); finite(v) {
					out = append(out, Point{l.Points[i].At, v})
				}
			}
			return l.like(out), nil
		})
	}}
}

func runningSum(env *Env, args []Value) (Value, error) {
	return lines(args[0], func(l *Line) (Line, error) {
		total := 0.0
		if err := env.spend(len(l.Points)); err != nil {
			return Line{}, err
		}
		out := make([]Point, 0, len(l.Points))
		for _, p := range l.Points {
			if total += p.V; finite(total) {
				out = append(out, Point{p.At, total})
			}
		}
		return l.like(out), nil
	})
}

func period(env *Env, args []Value) (Value, error) {
	return number(float64(env.periodOf(&args[0].Lines[0]))), nil
}

func (env *Env) periodOf(l *Line) int64 {
	if l.Period > 0 {
		return l.Period
	}
	return max(env.Period, 1)
}

// grid calls f with the start of every period of the range.
func (env *Env) grid(period int64, f func(at int64)) error {
	shift := (env.Start - env.Anchor) % period
	if shift < 0 {
		shift += period
	}
	start := env.Start - shift // the first period counts as a whole
	n := (env.End - start + period - 1) / period
	if n > int64(*env.Budget) {
		return ErrBudget
	}
	if err := env.spend(int(max(n, 0))); err != nil {
		return err
	}
	for at := start; at < env.End; at += period {
		f(at)
	}
	return nil
}

func timeSeries(env *Env, args []Value) (Value, error) {
	l := Line{Period: max(env.Period, 1)}
	if finite(args[0].Number) {
		if err := env.grid(l.Period, func(at int64) { l.Points = append(l.Points, Point{at, args[0].Number}) }); err != nil {
			return Value{}, err
		}
	}
	return series(l), nil
}

// pick returns one series of an array; one without points if there is none.
func pick(v Value, i int) Value {
	if i < 0 || i >= len(v.Lines) {
		return series(Line{})
	}
	return series(v.Lines[i])
}

func removeEmpty(_ *Env, args []Value) (Value, error) {
	out := Value{Kind: args[0].Kind}
	for _, l := range args[0].Lines {
		if len(l.Points) > 0 || out.Kind == Series {
			out.Lines = append(out.Lines, l)
		}
	}
	return out, nil
}

func metricsKind(args []Kind, _ []*node) (Kind, bool) {
	return Array, len(args) == 0 || args[0] == Text
}

func metricsOf(env *Env, args []Value) (Value, error) {
	part := ""
	if len(args) > 0 {
		part = args[0].text
	}
	ls, err := env.Metrics(part)
	return Value{Kind: Array, Lines: ls}, err
}
