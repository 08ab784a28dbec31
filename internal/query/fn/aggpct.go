package fn

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var distribution = []*Agg{
	{Name: "pct", Aliases: []string{"percentile"}, Args: []Arg{Any, Num}, Min: 2, New: func(c AggCtx) (func() State, error) {
		p, ok := c.Args[1].Value.Num()
		if !c.Args[1].Known || !ok || p < 0 || p > 100 {
			return nil, fmt.Errorf("Invalid percentile: a number from 0 to 100 is required") // (inferred)
		}
		return func() State { return &sketch{p: p / 100} }, nil
	}},
	{Name: "median", Args: []Arg{Any}, Min: 1, New: simple(func() State { return &sketch{p: 0.5} })},
}

// sketch finds percentiles with linear interpolation between ranks (inferred). Up to maxPoints different values the
// answer is exact; beyond, neighbours are merged, which moves a rank by at most about 2/maxPoints.
type sketch struct {
	p      float64
	points []point
	full   int // points at which equal ones are joined
	low    float64
	high   float64
	n      float64
}

// point stands for w equal values v or, with negative w, for -w values with the mean v.
type point struct{ v, w float64 }

const (
	maxPoints = 1 << 17
	minPoints = 64
)

func (s *sketch) Add(a []value.Value, _ Moment) int64 {
	x, ok := a[0].Num()
	if !ok {
		return 0
	}
	before := cap(s.points)
	s.add(point{x, 1})
	return int64(cap(s.points)-before) * 16
}

func (s *sketch) add(p point) {
	if s.n == 0 || p.v < s.low {
		s.low = p.v
	}
	if s.n == 0 || p.v > s.high {
		s.high = p.v
	}
	s.n += math.Abs(p.w)
	s.points = append(s.points, p)
	if len(s.points) < max(minPoints, s.full) {
		return
	}
	s.join()
	if len(s.points) > maxPoints {
		s.compress()
	}
	s.full = min(2*len(s.points), maxPoints+1)
}

// join makes one point of those of equal values.
func (s *sketch) join() {
	s.order()
	out := s.points[:1]
	for _, p := range s.points[1:] {
		if last := &out[len(out)-1]; last.v == p.v && last.w > 0 && p.w > 0 {
			last.w += p.w
		} else {
			out = append(out, p)
		}
	}
	s.points = out
}

// compress merges neighbours of the points, which are in order, as long as they are a small share of all values together: whatever the
// order in which values come, none are merged over and over. Two neighbours that stay are more than that share, so half of maxPoints
// are left at most.
func (s *sketch) compress() {
	share := 4 * s.n / maxPoints
	out := s.points[:1]
	for _, p := range s.points[1:] {
		last := &out[len(out)-1]
		a, b := math.Abs(last.w), math.Abs(p.w)
		if a+b > share {
			out = append(out, p)
			continue
		}
		*last = point{(last.v*a + p.v*b) / (a + b), -(a + b)}
	}
	s.points = out
}

func (s *sketch) order() {
	slices.SortFunc(s.points, func(a, b point) int { return cmp.Compare(a.v, b.v) })
}

func (s *sketch) Merge(o State) {
	t := o.(*sketch)
	low, high, n := t.low, t.high, t.n
	if n == 0 {
		return
	}
	if s.n > 0 {
		low, high, n = min(low, s.low), max(high, s.high), n+s.n
	}
	for _, p := range t.points {
		s.add(p)
	}
	s.low, s.high, s.n = low, high, n
}

func (s *sketch) Result() value.Value {
	if s.n == 0 {
		return value.Value{}
	}
	s.order()
	rank := s.p * (s.n - 1)
	before, lastRank, last := 0.0, 0.0, s.low
	for _, p := range s.points {
		// Equal values have their ranks, a mean stands at the middle of those of its values.
		w := math.Abs(p.w)
		first, final := before, before+w-1
		if p.w < 0 {
			first = before + (w-1)/2
			final = first
		}
		if first >= rank && first != lastRank {
			return value.OfNumber(last + (p.v-last)*(rank-lastRank)/(first-lastRank))
		}
		if final >= rank {
			return value.OfNumber(p.v)
		}
		before, lastRank, last = before+w, final, p.v
	}
	if lastRank >= s.n-1 {
		return value.OfNumber(last)
	}
	return value.OfNumber(last + (s.high-last)*math.Min(1, (rank-lastRank)/(s.n-1-lastRank)))
}
