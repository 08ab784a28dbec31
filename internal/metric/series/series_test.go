package series_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
)

func of(t *testing.T, values ...float64) *series.Summary {
	t.Helper()
	s := &series.Summary{}
	for _, v := range values {
		if err := s.Add(v, 1); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func hundred() []float64 {
	v := make([]float64, 100)
	for i := range v {
		v[(i*37)%100] = float64(i + 1)
	}
	return v
}

func TestStatistic_Of(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		values []float64
		want   float64
		ok     bool
	}{
		{"SampleCount", hundred(), 100, true},
		{"Sum", hundred(), 5050, true},
		{"Average", hundred(), 50.5, true},
		{"Minimum", hundred(), 1, true},
		{"Maximum", hundred(), 100, true},
		{"Average", nil, 0, false},
		{"p0", hundred(), 1, true},
		{"p0.0", hundred(), 1, true},
		{"p7", hundred(), 7, true},
		{"p50", hundred(), 50, true},
		{"p99", hundred(), 99, true},
		{"p99.5", hundred(), 100, true},
		{"p100", hundred(), 100, true},
		{"p50", []float64{3}, 3, true},
		{"p50", []float64{-1, 3}, 0, false},
		{"Sum", []float64{-1, 3}, 2, true},
		{"tm90", hundred(), 45.5, true},
		{"TM(:90%)", hundred(), 45.5, true},
		{"TM(10%:90%)", hundred(), 50.5, true},
		{"TM(90%:)", hundred(), 95.5, true},
		{"TM(10:20)", hundred(), 15.5, true}, // 11 to 20
		{"TM(200:300)", hundred(), 0, false},
		{"IQM", hundred(), 50.5, true},
		{"IQM", []float64{1, 2, 3, 4}, 2.5, true},
		{"IQM", []float64{5}, 5, true},
		{"tc90", hundred(), 90, true},
		{"TC(0.5:10.5)", hundred(), 10, true},
		{"TC(200:300)", hundred(), 0, true},
		{"ts10", hundred(), 55, true},
		{"TS(80%:)", hundred(), 1810, true},
		{"wm90", hundred(), (45.5*90 + 90*10) / 100, true},
		{"WM(:10)", []float64{5, 20}, 7.5, true},
		{"WM(6:10)", []float64{5, 20}, 8, true},
		{"PR(:30)", hundred(), 30, true},
		{"PR(30:40)", hundred(), 10, true},
		{"PR(90:)", hundred(), 10, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			st, err := series.ParseStatistic(c.name)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := st.Of(of(t, c.values...))
			if ok != c.ok || math.Abs(got-c.want) > 1e-9 {
				t.Errorf("Of = %v, %v; want %v, %v", got, ok, c.want, c.ok)
			}
			if st.String() != c.name {
				t.Errorf("String = %q", st)
			}
		})
	}
}

func TestParseStatistic_refuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "sum", "Average ", "p", "p101", "p-1", "p1e1", "p99.12345678901", "p.5", "p5.", "P99", "tm", "tm101", "tm(1:2)", "TM",
		"TM()", "TM(:)", "TM(1)", "TM(1%:2)", "TM(2:1)", "TM(:101%)", "PR(1%:2%)", "pr90", "XX(1:2)", "iqm", "TM90", "TM(1:2", "pNaN"} {
		if _, err := series.ParseStatistic(name); !errors.Is(err, series.ErrStatistic) {
			t.Errorf("ParseStatistic(%q) = %v", name, err)
		}
	}
}

func TestStatistic_Percentile(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"p99": true, "p0": true, "PR(:1)": false, "Sum": false, "tm99": false} {
		st, err := series.ParseStatistic(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := st.Percentile(); ok != want {
			t.Errorf("Percentile of %s: %v", name, ok)
		}
	}
}

func TestSummary_Add_refuses(t *testing.T) {
	t.Parallel()
	var s series.Summary
	for _, c := range []struct{ value, count float64 }{{math.NaN(), 1}, {math.Inf(1), 1}, {math.Ldexp(1, 361), 1}, {1, 0}, {1, -1}, {1, math.NaN()}, {1, math.Inf(1)}} {
		if s.Add(c.value, c.count) == nil {
			t.Errorf("Add(%v, %v) accepted", c.value, c.count)
		}
	}
	if s.AddSet(1, 1, 2, 1) == nil || s.AddSet(0, 1, 1, 1) == nil || s.AddSet(1, math.NaN(), 1, 1) == nil {
		t.Error("AddSet accepted a contradiction")
	}
	if s.Count != 0 {
		t.Error("a refused value has left its mark")
	}
}

func TestSummary_AddSet_distribution(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                   string
		count, sum, low, high  float64
		wantDistribution, zero bool
	}{
		{"one value", 1, 5, 5, 5, true, false},
		{"equal values", 4, 20, 5, 5, true, false},
		{"several", 3, 6, 1, 3, false, false},
		{"negative", 1, -5, -5, -5, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s series.Summary
			if err := s.AddSet(c.count, c.sum, c.low, c.high); err != nil {
				t.Fatal(err)
			}
			if s.Distribution() != c.wantDistribution || s.Count != c.count || s.Sum != c.sum || s.Min != c.low || s.Max != c.high {
				t.Errorf("%+v, distribution %v", s, s.Distribution())
			}
		})
	}
}

// TestSummary_manyValues compares percentiles of a full histogram with those of the values themselves.
func TestSummary_manyValues(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const n = 20000
	values := make([]float64, n)
	parts := make([]series.Summary, 7)
	var whole series.Summary
	for i := range values {
		values[i] = math.Exp(r.NormFloat64() * 1.2)
		if err := errors.Join(whole.Add(values[i], 1), parts[i%len(parts)].Add(values[i], 1)); err != nil {
			t.Fatal(err)
		}
	}
	sorted := append([]float64(nil), values...)
	slices.Sort(sorted)
	var merged series.Summary
	for i := range parts {
		before := parts[i].Clone()
		merged.Merge(parts[i])
		if !reflect.DeepEqual(before, parts[i]) {
			t.Fatal("Merge changed its argument")
		}
	}
	for _, name := range []string{"p1", "p50", "p90", "p99", "p99.9"} {
		st, err := series.ParseStatistic(name)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := st.Percentile()
		want := sorted[int(math.Ceil(p/100*n-1e-6))-1] // 99.9/100*n is a little too large in float64
		for kind, s := range map[string]*series.Summary{"added": &whole, "merged": &merged} {
			got, ok := st.Of(s)
			if !ok || math.Abs(got-want)/want > 0.011 {
				t.Errorf("%s of %s values = %v, want about %v", name, kind, got, want)
			}
		}
	}
	b, err := whole.MarshalBinary()
	if err != nil || len(b) > 16*series.MaxDistinct {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestSummary_widestRange(t *testing.T) {
	t.Parallel()
	var s series.Summary
	for e := -1074; e <= 360; e++ {
		for _, m := range []float64{1, 1.5} {
			if err := s.Add(math.Ldexp(m, e), 1); err != nil && e < 360 {
				t.Fatal(err)
			}
		}
	}
	if err := s.Add(0, 5); err != nil {
		t.Fatal(err)
	}
	st, _ := series.ParseStatistic("p0.1")
	if got, ok := st.Of(&s); got != 0 || !ok {
		t.Errorf("p0.1 = %v, %v", got, ok)
	}
	roundTrip(t, &s)
}

func roundTrip(t *testing.T, s *series.Summary) {
	t.Helper()
	b, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back series.Summary
	if err := back.UnmarshalBinary(b); err != nil {
		t.Fatalf("UnmarshalBinary: %v", err)
	}
	again, _ := back.MarshalBinary()
	if string(again) != string(b) {
		t.Errorf("another encoding after reading: %x, %x", b, again)
	}
}

func TestSummary_MarshalBinary(t *testing.T) {
	t.Parallel()
	lost := of(t, -1, 2)
	single := of(t, 1)
	for name, s := range map[string]*series.Summary{"empty": {}, "single": single, "three": of(t, 1, 2.5, 2.5), "zeros": of(t, 0, 0), "lost": lost, "hundred": of(t, hundred()...)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, s)
		})
	}
	if b, _ := single.MarshalBinary(); len(b) > 8 {
		t.Errorf("a single value takes %d bytes", len(b))
	}
	for _, b := range [][]byte{nil, {0}, {1}, {2, 0}, {1, 9}, {1, 3}, {1, 0, 1}, {1, 4, 1}, {1, 4, 0, 0}} {
		var s series.Summary
		if err := s.UnmarshalBinary(b); !errors.Is(err, series.ErrEncoding) {
			t.Errorf("UnmarshalBinary(%v) = %v", b, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	var many series.Summary
	for i := range 3000 {
		if err := many.Add(float64(i)*1.7, 1); err != nil {
			f.Fatal(err)
		}
	}
	var few, lost series.Summary
	if err := errors.Join(few.Add(1, 2), few.Add(0.5, 1), lost.Add(-3, 1)); err != nil {
		f.Fatal(err)
	}
	for _, s := range []*series.Summary{{}, &few, &lost, &many} {
		b, err := s.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	p, _ := series.ParseStatistic("p90")
	wm, _ := series.ParseStatistic("WM(10%:90%)")
	f.Fuzz(func(t *testing.T, b []byte) {
		var s series.Summary
		if s.UnmarshalBinary(b) != nil {
			return
		}
		for _, st := range []series.Statistic{p, wm} {
			if v, ok := st.Of(&s); ok && (math.IsNaN(v) || v < s.Min && st.String() == "p90") {
				t.Fatalf("%s = %v of %+v", st, v, s)
			}
		}
		roundTrip(t, &s)
		c := s.Clone()
		c.Merge(many)
		roundTrip(t, &c)
	})
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	d := func(parts ...string) (out []series.Dimension) {
		for i := 0; i+1 < len(parts); i += 2 {
			out = append(out, series.Dimension{Name: parts[i], Value: parts[i+1]})
		}
		return out
	}
	if a, b := series.New("n", "m", d("x", "1", "y", "2"), ""), series.New("n", "m", d("y", "2", "x", "1"), "None"); a.Key() != b.Key() {
		t.Error("order of dimensions matters")
	}
	seen := map[string]int{}
	for i, id := range []series.Identity{
		series.New("n", "m", nil, ""), series.New("nm", "", nil, ""), series.New("", "nm", nil, ""), series.New("n", "m", d("x", "1"), ""),
		series.New("n", "m", d("x1", ""), ""), series.New("n", "m", nil, "Count"), series.New("n", "m\x00", nil, ""), series.New("n\x00", "m", nil, ""),
		series.New("n", "m", d("x", "1", "y", "2"), ""), series.New("n", "m", d("x", "1y", "2", ""), ""),
	} {
		if other, ok := seen[id.Key()]; ok {
			t.Errorf("identities %d and %d have one key", i, other)
		}
		seen[id.Key()] = i
	}
	id := series.New("n", "m", d("x", "1", "y", "2"), "")
	if !id.Has(d("x", "1")) || !id.Has(d("y", "")) || id.Has(d("x", "2")) || id.Has(d("z", "")) || !id.Has(nil) {
		t.Error("Has")
	}
	if !series.IsUnit("Bytes/Second") || series.IsUnit("bytes") {
		t.Error("IsUnit")
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 3, 1, 12, 34, 56, 789, time.FixedZone("x", 3600))
	for _, c := range []struct {
		period time.Duration
		want   string
	}{{time.Second, "11:34:56"}, {time.Minute, "11:34:00"}, {5 * time.Minute, "11:30:00"}, {time.Hour, "11:00:00"}, {24 * time.Hour, "00:00:00"}} {
		if got := series.Floor(base, c.period).Format("15:04:05"); got != c.want {
			t.Errorf("Floor to %v = %s, want %s", c.period, got, c.want)
		}
	}
	if got := series.Floor(time.Unix(-1, 0), time.Minute); got.Unix() != -60 {
		t.Errorf("Floor before 1970 = %v", got)
	}
	for p, want := range map[time.Duration]bool{time.Second: true, 2 * time.Second: false, 30 * time.Second: true, time.Minute: true, 90 * time.Second: false, 0: false, -time.Minute: false} {
		if series.ValidPeriod(p) != want {
			t.Errorf("ValidPeriod(%v)", p)
		}
	}
	day := 24 * time.Hour
	for age, want := range map[time.Duration]time.Duration{time.Hour: time.Second, day: time.Minute, 20 * day: 5 * time.Minute, 100 * day: time.Hour, 500 * day: 0} {
		if got := series.Finest(age); got != want {
			t.Errorf("Finest(%v) = %v", age, got)
		}
	}
	now := base.Add(time.Hour)
	for _, c := range []struct {
		age, period time.Duration
		want        string
	}{{0, time.Minute, "11:34:00"}, {0, 10 * time.Second, "11:34:50"}, {20 * day, time.Minute, "11:30:00"}, {100 * day, time.Minute, "11:00:00"}} {
		if got := series.RoundStart(base.Add(-c.age), now, c.period).Format("15:04:05"); got != c.want {
			t.Errorf("RoundStart(%v, %v) = %s, want %s", c.age, c.period, got, c.want)
		}
	}
}

func TestRollUp(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var in []series.Bucket
	for _, m := range []int{7, 1, 0, 6, 12} {
		in = append(in, series.Bucket{Start: base.Add(time.Duration(m) * time.Minute), Summary: *of(t, float64(m))})
	}
	for _, c := range []struct {
		name   string
		anchor time.Time
		starts []int
		sums   []float64
	}{
		{"calendar", time.Time{}, []int{0, 5, 10}, []float64{1, 13, 12}},
		{"sliding", base.Add(2 * time.Minute), []int{-3, 2, 7, 12}, []float64{1, 6, 7, 12}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := series.RollUp(in, 5*time.Minute, c.anchor)
			if len(got) != len(c.starts) {
				t.Fatalf("%d buckets", len(got))
			}
			for i, b := range got {
				if !b.Start.Equal(base.Add(time.Duration(c.starts[i])*time.Minute)) || b.Summary.Sum != c.sums[i] {
					t.Errorf("bucket %d: %v %v", i, b.Start, b.Summary.Sum)
				}
			}
		})
	}
}
