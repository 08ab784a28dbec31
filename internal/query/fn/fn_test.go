package fn

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

func TestAll_documented(t *testing.T) {
	t.Parallel()
	for f := range All {
		if (f.Eval == nil) == (f.Prepare == nil) {
			t.Errorf("%s needs exactly one of Eval and Prepare", f.Name)
		}
		if f.Min > len(f.Args) || Lookup(f.Name) != f {
			t.Errorf("%s: wrong entry", f.Signature())
		}
		if Aggregate(f.Name) != nil {
			t.Errorf("%s is an aggregate too", f.Name)
		}
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 14, 13, 47, 12, 345e6, time.UTC).UnixMilli() // a Thursday
	for _, c := range []struct {
		n           int
		unit        string
		floor, ceil string
	}{
		{5, "m", "2026-05-14 13:45:00.000", "2026-05-14 13:50:00.000"},
		{300, "s", "2026-05-14 13:47:00.000", "2026-05-14 13:48:00.000"}, // capped at 60
		{1, "hr", "2026-05-14 13:00:00.000", "2026-05-14 14:00:00.000"},
		{2, "hours", "2026-05-14 12:00:00.000", "2026-05-14 14:00:00.000"},
		{1, "d", "2026-05-14 00:00:00.000", "2026-05-15 00:00:00.000"},
		{1, "week", "2026-05-11 00:00:00.000", "2026-05-18 00:00:00.000"},
		{1, "mo", "2026-05-01 00:00:00.000", "2026-06-01 00:00:00.000"},
		{1, "q", "2026-04-01 00:00:00.000", "2026-07-01 00:00:00.000"},
		{1, "years", "2026-01-01 00:00:00.000", "2027-01-01 00:00:00.000"},
		{100, "ms", "2026-05-14 13:47:12.300", "2026-05-14 13:47:12.400"},
	} {
		p, err := ParsePeriod(c.n, c.unit)
		if err != nil {
			t.Errorf("%d%s: %v", c.n, c.unit, err)
			continue
		}
		if f, u := value.FormatTime(p.Floor(at)), value.FormatTime(p.Ceil(at)); f != c.floor || u != c.ceil {
			t.Errorf("%d%s: %s to %s", c.n, c.unit, f, u)
		}
		if p.Ceil(p.Floor(at)) != p.Floor(at) {
			t.Errorf("%d%s: a boundary does not stay", c.n, c.unit)
		}
	}
	for _, u := range []string{"x", "", "ss"} {
		if _, err := ParsePeriod(1, u); err == nil {
			t.Errorf("unit %q is accepted", u)
		}
	}
}

// Merging the states of parts must give what one state over all rows gives.
func TestAgg_merge(t *testing.T) {
	t.Parallel()
	rows := []value.Value{value.OfString("7"), value.OfNumber(3), {}, value.OfString("x"), value.OfNumber(100), value.OfString("7"), value.OfNumber(12)}
	for _, name := range []string{"count", "count_distinct", "sum", "avg", "min", "max", "stddev", "variance", "median", "pct",
		"earliest", "latest", "sortsFirst", "sortsLast", "values", "topk", "rate"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := Aggregate(name)
			c := AggCtx{Args: []Const{{}, {Known: true, Value: value.OfNumber(90), Span: Period{1, Minute}}}, Window: 300_000}
			args := func(v value.Value) []value.Value { return []value.Value{v} }
			if name == "topk" {
				c.Args = []Const{{Known: true, Value: value.OfNumber(2)}, {}}
				args = func(v value.Value) []value.Value { return []value.Value{value.OfNumber(2), v} }
			}
			make, err := a.New(c)
			if err != nil {
				t.Fatal(err)
			}
			whole, left, right, none := make(), make(), make(), make()
			for i, v := range rows {
				at := Moment{Time: int64(i * 1000), Seq: int64(i)}
				whole.Add(args(v), at)
				if i%2 == 0 {
					left.Add(args(v), at)
				} else {
					right.Add(args(v), at)
				}
			}
			part, _ := left.Result().Text()
			none.Merge(left)
			none.Merge(make())
			none.Merge(right)
			want, _ := whole.Result().Text()
			if got, _ := none.Result().Text(); got != want {
				t.Errorf("merged %s, whole %s", got, want)
			}
			none.Add(args(value.OfNumber(-5)), Moment{Time: -1})
			if got, _ := left.Result().Text(); got != part {
				t.Errorf("%s after it was merged into another, %s before", got, part)
			}
		})
	}
}

func TestDistinct_estimate(t *testing.T) {
	t.Parallel()
	make, err := Aggregate("count_distinct").New(AggCtx{})
	if err != nil {
		t.Fatal(err)
	}
	const n = 200_000
	a, b := make(), make()
	for i := range n {
		s := a
		if i%2 == 0 {
			s = b
		}
		s.Add([]value.Value{value.OfInt(int64(i))}, Moment{})
	}
	a.Merge(b)
	got, _ := a.Result().Num()
	if got < n*0.96 || got > n*1.04 {
		t.Errorf("estimate %v of %d", got, n)
	}
}

func TestSketch_bounded(t *testing.T) {
	t.Parallel()
	s := &sketch{p: 0.99}
	const n = 500_000
	for i := range n {
		s.Add([]value.Value{value.OfInt(int64(i * 7919 % n))}, Moment{})
	}
	if len(s.points) > maxPoints {
		t.Errorf("%d points", len(s.points))
	}
	got, _ := s.Result().Num()
	if got < n*0.989 || got > n*0.991 {
		t.Errorf("99th percentile of 0..%d is %v", n, got)
	}
}

func FuzzFormats(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm", "%Y-%m-%d %H:%M:%S.%L %j %%", "a b=c")
	f.Fuzz(func(t *testing.T, java, strf, s string) {
		if len(java)+len(strf)+len(s) > 10_000 {
			return
		}
		if layout, err := javaLayout(java); err == nil {
			_, _ = time.Parse(layout, s)
		}
		strftime(time.UnixMilli(0).UTC(), strf)
	})
}
