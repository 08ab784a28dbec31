package metric_test

import (
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// TestRecent lets values come, also late and early ones, and be folded or not, and asks at every step what a window holds: who remembers
// and who reads must agree.
func TestRecent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			draw := rand.New(rand.NewPCG(seed, 1))
			w := open(t)
			keeper := &metric.Keeper{State: w.db, Log: slog.New(slog.DiscardHandler)}
			recent := &metric.Recent{}
			now := base
			units := []string{"Count", "Seconds", ""}
			for range 200 {
				now = now.Add(time.Duration(draw.IntN(90)) * time.Second)
				for range draw.IntN(4) {
					at := now.Add(time.Duration(draw.IntN(2400)-2000) * time.Second)
					name, unit, v := fmt.Sprint("m", draw.IntN(3)), units[draw.IntN(3)], float64(draw.IntN(9))
					w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return metric.Add(tx, account, region, "App", name, nil, unit, at, v) }))
				}
				switch draw.IntN(20) {
				case 0: // more is folded than is told
					for range 130 {
						w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return metric.Add(tx, account, region, "App", "m0", nil, "Count", now, 1) }))
						w.must(keeper.FoldAll(t.Context()))
					}
				case 1, 2, 3, 4, 5, 6:
					w.must(keeper.FoldAll(t.Context()))
				}
				w.must(w.db.View(t.Context(), func(tx store.Tx) error {
					some := recent.In(tx)
					for i := range 3 {
						period := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, time.Hour}[draw.IntN(4)]
						end := now.Truncate(time.Minute)
						start := end.Add(-time.Duration(1+draw.IntN(6)) * period)
						unit := append(units, "", "")[draw.IntN(5)]
						read := func(v *metric.Values) []series.Bucket {
							bs, err := v.Points(account, region, "App", fmt.Sprint("m", i), nil, unit, start, end, period)
							w.must(err)
							return bs
						}
						if got, want := read(some), read(metric.In(tx)); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
							t.Errorf("m%d of %q from %v to %v by %v:\n%+v\nwant\n%+v", i, unit, start, end, period, got, want)
						}
					}
					return nil
				}))
			}
		})
	}
}

// counting counts how often buckets are read.
type counting struct {
	store.Tx
	reads int
}

func (c *counting) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	if space == "metric.bucket" {
		c.reads++
	}
	return c.Tx.Scan(space, lo, hi, reverse)
}

// TestRecent_bounds has more to remember and more to tell than is allowed: what does not fit is read, and that alone.
func TestRecent_bounds(t *testing.T) {
	t.Parallel()
	w := open(t)
	keeper := &metric.Keeper{State: w.db, Log: slog.New(slog.DiscardHandler)}
	recent := &metric.Recent{}
	var s series.Summary
	for i := range series.MaxDistinct {
		w.must(s.Add(float64(i)+0.1, 1))
	}
	const metrics, minutes = 18, 60
	end := base.Add(minutes * time.Minute)
	for turn := range 3 {
		for i := range metrics {
			if turn == 2 {
				break // nothing is told, and most is remembered
			}
			w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
				for minute := range minutes {
					if minute > 0 && turn > 0 && i > 0 {
						break
					}
					at := base.Add(time.Duration(minute) * time.Minute)
					if err := metric.AddSummary(tx, account, region, "App", fmt.Sprint("m", i), nil, "", at, s); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		w.must(keeper.FoldAll(t.Context()))
		w.must(w.db.View(t.Context(), func(tx store.Tx) error {
			counted := &counting{Tx: tx}
			some := recent.In(counted)
			for i := range metrics {
				got, err := some.Points(account, region, "App", fmt.Sprint("m", i), nil, "", base, end, time.Minute)
				w.must(err)
				want, err := metric.In(tx).Points(account, region, "App", fmt.Sprint("m", i), nil, "", base, end, time.Minute)
				w.must(err)
				if !reflect.DeepEqual(got, want) || len(got) != minutes {
					t.Errorf("turn %d: m%d differs", turn, i)
				}
			}
			if n := counted.reads; n == 0 || (n < metrics/2) != (turn == 2) {
				t.Errorf("turn %d: %d of %d metrics were read", turn, n, metrics)
			}
			return nil
		}))
	}
}
