package series

import (
	"errors"
	"math"
	"slices"
)

// MaxValue bounds the magnitude of a value: 2 to the power of 360. [CloudWatch: PutMetricData]
var MaxValue = math.Ldexp(1, 360)

// Refusals of Add and AddSet. Their texts are not AWS's.
var (
	ErrValue = errors.New("value is not a number or outside ±2^360")
	ErrCount = errors.New("count is not a positive number")
	ErrSet   = errors.New("statistic set contradicts itself")
)

// Summary is what is kept of the values of one period. The zero value is an empty summary.
type Summary struct {
	Count float64 // how many values; AWS accepts fractions
	Sum   float64
	Min   float64 // meaningful if Count > 0
	Max   float64

	lost bool // there is no distribution
	dist histogram
}

// Add takes value count times.
func (s *Summary) Add(value, count float64) error {
	if math.IsNaN(value) || math.Abs(value) > MaxValue {
		return ErrValue
	}
	if !(count > 0) || count > MaxValue {
		return ErrCount
	}
	s.add(count, value*count, value, value)
	switch {
	case s.lost:
	case value < 0:
		s.lose()
	default:
		s.dist.add(value, count)
	}
	return nil
}

// AddSet takes a statistic set. The distribution survives only if the set stands for one value or for equal ones.
func (s *Summary) AddSet(count, sum, minimum, maximum float64) error {
	for _, v := range []float64{sum, minimum, maximum} {
		if math.IsNaN(v) || math.Abs(v) > MaxValue {
			return ErrValue
		}
	}
	if !(count > 0) || count > MaxValue {
		return ErrCount
	}
	if minimum > maximum {
		return ErrSet
	}
	s.add(count, sum, minimum, maximum)
	switch {
	case s.lost:
	case minimum < 0 || minimum != maximum && count != 1:
		s.lose()
	case minimum == maximum:
		s.dist.add(minimum, count)
	default:
		s.dist.add(max(0, sum), count) // a single value is its own sum
	}
	return nil
}

// Merge adds all values of other, which is not changed.
func (s *Summary) Merge(other Summary) {
	if other.Count == 0 {
		return
	}
	s.add(other.Count, other.Sum, other.Min, other.Max)
	switch {
	case s.lost:
	case other.lost:
		s.lose()
	default:
		s.dist.merge(other.dist)
	}
}

func (s *Summary) add(count, sum, minimum, maximum float64) {
	if s.Count == 0 {
		s.Min, s.Max = minimum, maximum
	}
	s.Min, s.Max = min(s.Min, minimum), max(s.Max, maximum)
	s.Count = clamp(s.Count + count)
	s.Sum = clamp(s.Sum + sum)
}

// clamp keeps totals finite, so that they can always be written and compared.
func clamp(v float64) float64 { return max(-math.MaxFloat64, min(math.MaxFloat64, v)) }

func (s *Summary) lose() { s.lost, s.dist = true, histogram{} }

// Distribution tells whether percentiles and their kin can be computed.
func (s *Summary) Distribution() bool { return s.Count > 0 && !s.lost }

// Clone returns an independent copy.
func (s *Summary) Clone() Summary {
	c := *s
	c.dist.cells = slices.Clone(s.dist.cells)
	return c
}

// Cells is how many different values or bins the distribution holds, which tells how much memory the summary takes.
func (s *Summary) Cells() int { return len(s.dist.cells) }
