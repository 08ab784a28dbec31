package fn

import (
	"math"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var summing = []*Agg{
	{Name: "sum", Aliases: []string{"sumOverTime"}, Args: []Arg{Any}, Min: 1, New: moment(func(m *moments) float64 { return m.sum })},
	{Name: "avg", Args: []Arg{Any}, Min: 1, New: moment(func(m *moments) float64 { return m.sum / m.n })},
	// The variance is that of the population. [CloudWatch Logs: variance; stddev inferred from it]
	{Name: "variance", Args: []Arg{Any}, Min: 1, New: moment(func(m *moments) float64 { return m.m2 / m.n })},
	{Name: "stddev", Args: []Arg{Any}, Min: 1, New: moment(func(m *moments) float64 { return math.Sqrt(m.m2 / m.n) })},
}

func moment(f func(*moments) float64) func(AggCtx) (func() State, error) {
	return simple(func() State { return &moments{result: f} })
}

// moments keeps sum, mean and the sum of squared differences (Welford), which stays exact where squares would not.
type moments struct {
	n, sum, mean, m2 float64
	result           func(*moments) float64
}

func (s *moments) Add(a []value.Value, _ Moment) int64 {
	x, ok := a[0].Num()
	if !ok {
		return 0
	}
	s.n++
	s.sum += x
	d := x - s.mean
	s.mean += d / s.n
	s.m2 += d * (x - s.mean)
	return 0
}

func (s *moments) Merge(o State) {
	m := o.(*moments)
	if m.n == 0 {
		return
	}
	n := s.n + m.n
	d := m.mean - s.mean
	s.m2 += m.m2 + d*d*s.n*m.n/n
	s.mean += d * m.n / n
	s.sum += m.sum
	s.n = n
}

func (s *moments) Result() value.Value {
	if s.n == 0 {
		return value.Value{}
	}
	return value.OfNumber(s.result(s))
}
