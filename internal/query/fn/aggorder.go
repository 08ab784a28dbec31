package fn

import "github.com/cogtrail/cogtrail/internal/query/value"

var ordering = []*Agg{
	{Name: "min", Args: []Arg{Any}, Min: 1, New: best(func(v, b value.Value, _, _ Moment) bool { return less(v, b) })},
	{Name: "max", Args: []Arg{Any}, Min: 1, New: best(func(v, b value.Value, _, _ Moment) bool { return less(b, v) })},
	{Name: "earliest", Args: []Arg{Any}, Min: 1, New: best(func(_, _ value.Value, m, n Moment) bool { return m.before(n) })},
	{Name: "latest", Args: []Arg{Any}, Min: 1, New: best(func(_, _ value.Value, m, n Moment) bool { return n.before(m) })},
	{Name: "sortsFirst", Args: []Arg{Any}, Min: 1, New: best(func(v, b value.Value, _, _ Moment) bool { return value.Compare(v, b) < 0 })},
	{Name: "sortsLast", Args: []Arg{Any}, Min: 1, New: best(func(v, b value.Value, _, _ Moment) bool { return value.Compare(v, b) > 0 })},
}

// less orders for min and max: by number if both are, else in the order of sort, where text comes before numbers.
func less(a, b value.Value) bool {
	if c, ok := value.Order(a, b); ok {
		return c < 0
	}
	return value.Compare(a, b) < 0
}

func best(better func(v, best value.Value, at, bestAt Moment) bool) func(AggCtx) (func() State, error) {
	return simple(func() State { return &pick{better: better} })
}

type pick struct {
	v      value.Value
	at     Moment
	better func(v, best value.Value, at, bestAt Moment) bool
}

func (s *pick) Add(a []value.Value, at Moment) int64 {
	v := a[0]
	if v.IsNull() || v.Kind() >= value.Map || !s.v.IsNull() && !s.better(v, s.v, at, s.at) {
		return 0
	}
	old := s.v.Size()
	s.v, s.at = v.Clone(), at
	return s.v.Size() - old
}

func (s *pick) Merge(o State) {
	p := o.(*pick)
	if !p.v.IsNull() && (s.v.IsNull() || s.better(p.v, s.v, p.at, s.at)) {
		s.v, s.at = p.v, p.at
	}
}

// Result shows a timestamp as epoch milliseconds, as AWS does for aggregates of @timestamp.
func (s *pick) Result() value.Value {
	if s.v.Kind() == value.Time {
		return value.OfInt(s.v.Millis())
	}
	return s.v
}
