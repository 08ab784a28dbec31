package expression

import (
	"math"
	"sort"
)

// Kind is the type of an operand.
type Kind int

// The kinds of metric math. [CloudWatch: Using metric math]
const (
	Scalar Kind = iota // a number
	Series             // one time series
	Array              // time series
	Text               // a text in quotes; an argument only
)

func (k Kind) String() string {
	return [...]string{"Scalar", "Time Series", "Time Series[]", "String"}[k]
}

// Point is a value at the start of a period.
type Point struct {
	At int64 // s since 1970
	V  float64
}

// Line is one time series.
type Line struct {
	// Label is what the series is called without a label of its own.
	Label  string
	Period int64             // s; 0 if it has none of its own
	Props  map[string]string // of the metric, for ${PROP('…')}; nil for what was computed
	Points []Point           // oldest first, one per time
}

// Value is the outcome of an expression.
type Value struct {
	Kind   Kind
	Number float64 // of a Scalar
	Lines  []Line  // one of a Series, any number of an Array
	text   string
}

func number(v float64) Value { return Value{Kind: Scalar, Number: v} }

func series(l Line) Value { return Value{Kind: Series, Lines: []Line{l}} }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (l *Line) at(t int64) (float64, bool) {
	i := sort.Search(len(l.Points), func(i int) bool { return l.Points[i].At >= t })
	if i < len(l.Points) && l.Points[i].At == t {
		return l.Points[i].V, true
	}
	return 0, false
}

// like is a new series with the name and period of l.
func (l *Line) like(points []Point) Line {
	return Line{Label: l.Label, Period: l.Period, Props: l.Props, Points: points}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
