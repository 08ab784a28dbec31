package metric_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// BenchmarkPutMetricData writes 20 values of 20 metrics a call into the embedded engine, eight callers a processor.
func BenchmarkPutMetricData(b *testing.B) {
	const values = 20
	db, err := sqlite.Open(b.TempDir(), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	s := metric.New(metric.Deps{Tokens: secret.NewVault(secret.GenerateMasterKey())})
	in := &cloudwatch.PutMetricDataInput{Namespace: "App"}
	for i := range values {
		in.MetricData = append(in.MetricData, datum(base, float64(i)))
		in.MetricData[i].Dimensions = []cloudwatch.Dimension{{Name: "n", Value: string(rune('a' + i))}}
	}
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			err := db.Update(b.Context(), func(tx store.Tx) error {
				return s.PutMetricData(&op.Call{Context: b.Context(), Now: base, Account: account, Region: region, Tx: tx, Record: &audit.Builder{}}, in)
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(values*float64(b.N)/b.Elapsed().Seconds(), "values/s")
}
