package alarm_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// BenchmarkEvaluator evaluates 10,000 alarms, each on a metric of its own with ten minutes of values, in the embedded engine: one round is
// what a minute asks for. No state changes.
func BenchmarkEvaluator(b *testing.B) {
	const alarms, perAccount = 10_000, 5_000
	db, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := noon
	s := alarm.New(alarm.Deps{Tokens: tokens()})
	e := &alarm.Evaluator{State: db, Metrics: metric.Reader{}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}
	for first := 0; first < alarms; first += 500 {
		err := db.Update(b.Context(), func(tx store.Tx) error {
			owner := fmt.Sprintf("11112222%04d", first/perAccount)
			for i := first; i < first+500; i++ {
				name := fmt.Sprint("m", i)
				for minute := range 10 {
					if err := metric.Add(tx, owner, region, "App", name, nil, "Count", now.Add(time.Duration(minute-10)*time.Minute), 0); err != nil {
						return err
					}
				}
				in := input(name)
				in.MetricName, in.EvaluationPeriods = &name, new(int64(3))
				c := &op.Call{Context: b.Context(), Now: now, Account: owner, Region: region, Tx: tx, Record: &audit.Builder{}}
				if err := s.PutMetricAlarm(c, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	keeper := &metric.Keeper{State: db, Log: slog.New(slog.DiscardHandler)}
	if err := keeper.FoldAll(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		now = now.Add(time.Minute)
		if err := e.EvaluateDue(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(alarms*float64(b.N)/b.Elapsed().Seconds(), "alarms/s")
}
