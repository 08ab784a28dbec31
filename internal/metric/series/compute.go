package series

import "math"

// each calls f with every value of the distribution, rising, and the count of it.
func (s *Summary) each(f func(value, count float64)) {
	for _, c := range s.dist.cells {
		// A bin's middle may lie outside of what was really seen.
		f(max(s.Min, min(s.Max, s.dist.value(c))), c.count)
	}
}

func (s *Summary) total() float64 {
	n := 0.0
	for _, c := range s.dist.cells {
		n += c.count
	}
	return n
}

// quantile is the smallest value that at least the share q of all values does not exceed; no interpolation (inferred).
func (s *Summary) quantile(q float64) float64 {
	if q >= 1 {
		return s.Max
	}
	rank, seen, answer, found := q*s.total(), 0.0, s.Max, false
	s.each(func(v, n float64) {
		// The tolerance keeps a rank such as 0.07*100, which float64 makes slightly more than 7, at its place.
		if seen += n; !found && seen >= rank-1e-9*seen {
			answer, found = v, true
		}
	})
	return answer
}

func percentile(s *Summary, b bounds) (float64, bool) { return s.quantile(b.percentile / 100), true }

// within returns count and sum of the values inside the bounds. A percentile bound may cut through equal values; then the share of
// them that lies inside counts (inferred).
func (s *Summary) within(b bounds) (count, sum float64) {
	low, high := math.Inf(-1), math.Inf(1)
	if b.percent {
		low, high = 0, s.total()
	}
	if !b.openBelow {
		low = b.lower
		if b.percent {
			low *= s.total() / 100
		}
	}
	if !b.openAbove {
		high = b.upper
		if b.percent {
			high *= s.total() / 100
		}
	}
	seen := 0.0
	s.each(func(v, n float64) {
		from := seen
		seen += n
		part := 0.0
		if b.percent {
			part = max(0, min(seen, high)-max(from, low))
		} else if v > low && v <= high {
			part = n
		}
		count += part
		sum += part * v
	})
	return count, sum
}

func trimmedMean(s *Summary, b bounds) (float64, bool) {
	count, sum := s.within(b)
	if count == 0 {
		return 0, false
	}
	return sum / count, true
}

func trimmedCount(s *Summary, b bounds) (float64, bool) {
	count, _ := s.within(b)
	return count, true
}

func trimmedSum(s *Summary, b bounds) (float64, bool) {
	_, sum := s.within(b)
	return sum, true
}

func percentileRank(s *Summary, b bounds) (float64, bool) {
	count, _ := s.within(b)
	return 100 * count / s.total(), true
}

// winsorizedMean counts values outside the bounds as if they lay on the nearest bound.
func winsorizedMean(s *Summary, b bounds) (float64, bool) {
	low, high := math.Inf(-1), math.Inf(1)
	if !b.openBelow {
		if low = b.lower; b.percent {
			low = s.quantile(b.lower / 100)
		}
	}
	if !b.openAbove {
		if high = b.upper; b.percent {
			high = s.quantile(b.upper / 100)
		}
	}
	sum := 0.0
	s.each(func(v, n float64) { sum += n * max(low, min(high, v)) })
	return sum / s.total(), true
}
