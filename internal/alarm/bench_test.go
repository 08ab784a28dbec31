package alarm_test

import (
	"fmt"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// BenchmarkEvaluator evaluates 10,000 alarms, each on a metric of its own, in the embedded engine: one round is what a minute asks for.
// No state changes. Metrics get a value every minute ("values") or have none any more ("quiet").
func BenchmarkEvaluator(b *testing.B) {
	b.Run("values", func(b *testing.B) { evaluateRounds(b, true) })
	b.Run("quiet", func(b *testing.B) { evaluateRounds(b, false) })
}

func evaluateRounds(b *testing.B, busy bool) {
	const alarms, perAccount, atOnce = 10_000, 5_000, 500
	db, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := noon
	log := slog.New(slog.DiscardHandler)
	s := alarm.New(alarm.Deps{Tokens: tokens()})
	e := &alarm.Evaluator{State: db, Metrics: values(), Log: log, Now: func() time.Time { return now }}
	keeper := &metric.Keeper{State: db, Log: log}
	// each does something for every alarm, and folds the values it may have left.
	each := func(do func(tx store.Tx, owner, name string) error) {
		b.Helper()
		for first := 0; first < alarms; first += atOnce {
			owner := fmt.Sprintf("11112222%04d", first/perAccount)
			err := db.Update(b.Context(), func(tx store.Tx) error {
				for i := first; i < first+atOnce; i++ {
					if err := do(tx, owner, fmt.Sprint("m", i)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := keeper.FoldAll(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	each(func(tx store.Tx, owner, name string) error {
		in := input(name)
		in.MetricName, in.EvaluationPeriods, in.TreatMissingData = &name, new(int64(3)), new("notBreaching")
		return s.PutMetricAlarm(&op.Call{Context: b.Context(), Now: now, Account: owner, Region: region, Tx: tx, Record: &audit.Builder{}}, in)
	})
	minute := func(last time.Time) {
		each(func(tx store.Tx, owner, name string) error {
			return metric.Add(tx, owner, region, "App", name, nil, "Count", last, 0)
		})
	}
	round := func() {
		if err := e.EvaluateDue(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 10 {
		minute(now.Add(time.Duration(i-10) * time.Minute))
	}
	if !busy {
		now = now.Add(time.Hour)
	}
	pass := func() {
		if now = now.Add(time.Minute); busy {
			minute(now.Add(-time.Minute))
		}
	}
	round() // leaves INSUFFICIENT_DATA
	pass()
	round() // the first of the minute's rounds
	var cpu time.Duration
	for b.Loop() {
		b.StopTimer()
		pass()
		b.StartTimer()
		begin := spent(b)
		round()
		cpu += spent(b) - begin
	}
	b.ReportMetric(float64(cpu.Microseconds())/float64(alarms*b.N), "cpu-µs/alarm")
	b.ReportMetric(alarms*float64(b.N)/b.Elapsed().Seconds(), "alarms/s")
}

// spent is the CPU time of the process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
