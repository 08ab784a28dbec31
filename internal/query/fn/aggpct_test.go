package fn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// TestPercentilesOfEqualValues: values that repeat give the exact percentile, in parts and merged, in little memory.
func TestPercentilesOfEqualValues(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, different := range []int{1, 4, 70, 3000} {
		for _, p := range []float64{0, 0.5, 0.9, 0.99, 1} {
			parts := []*sketch{{p: p}, {p: p}}
			all := make([]float64, 20_000)
			for i := range all {
				all[i] = float64(rnd.IntN(different) * rnd.IntN(10))
				parts[i%2].Add([]value.Value{value.OfNumber(all[i])}, Moment{})
			}
			parts[0].Merge(parts[1])
			slices.Sort(all)
			at := p * float64(len(all)-1)
			low := all[int(at)]
			want := low + (all[min(int(at)+1, len(all)-1)]-low)*(at-math.Floor(at))
			got, _ := parts[0].Result().Num()
			if math.Abs(got-want) > 1e-6 {
				t.Errorf("%d different values: percentile %v is %v, want %v", different, p, got, want)
			}
			if n := cap(parts[0].points); n > 60_000 || different < 10 && n > 200 {
				t.Errorf("%d different values take %d points", different, n)
			}
		}
	}
	// As many as these are merged again and again, those that came first most often.
	const many = 2_000_000
	for _, p := range []float64{0.01, 0.1, 0.5, 0.9} {
		s := &sketch{p: p}
		for i := range many {
			s.add(point{float64(i) * float64(i), 1})
		}
		got, _ := s.Result().Num()
		if rank := math.Sqrt(got); math.Abs(rank-p*many) > 4.0*many/maxPoints || cap(s.points) > 3*maxPoints {
			t.Errorf("percentile %v of rising values is that of rank %.0f, %d points", p, rank, cap(s.points))
		}
	}
	s := &sketch{p: 0.5}
	for i := range 400_000 {
		s.add(point{float64(i), 1})
	}
	if got, _ := s.Result().Num(); math.Abs(got-200_000) > 20 || cap(s.points) > 3*maxPoints {
		t.Errorf("median %v of many values, %d points", got, cap(s.points))
	}
}
