package accel_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// million is a store of 1 M records.
func million(b *testing.B) *segment.Store {
	b.Helper()
	f := newShelf(b)
	g := segmenttest.New(1)
	for range 50 {
		f.seal(g.Rows(20_000))
	}
	for {
		more, err := f.s.Compact(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			return f.s
		}
	}
}

// samples are the queries of the Cognito guide.
var samples = []string{
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com"`,
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and @message like /Exception/`,
	`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException"`,
	`filter eventSource = "cognito-idp.amazonaws.com" | stats count(*) by sourceIPAddress, eventName`,
	`filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
	`filter eventSource = "cognito-idp.amazonaws.com" and eventName = 'ForgotPassword' | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
}

func BenchmarkSamples(b *testing.B) {
	s := million(b)
	pool := duckdb.New(duckdb.Options{Threads: 2})
	defer pool.Close()
	for i, q := range samples {
		p, err := plan.Compile(q)
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range []struct {
			name   string
			engine *accel.Engine
		}{{"go", accel.New(s, nil, accel.Options{})}, {"duckdb", accel.New(s, pool, accel.Options{Heavy: true})}} {
			b.Run(fmt.Sprintf("%d/%s", i+1, e.name), func(b *testing.B) {
				var res *run.Result
				for b.Loop() {
					res, err = e.engine.Run(b.Context(), p, accel.Target{Account: segmenttest.Account, Region: segmenttest.Region, Groups: []string{segment.History}},
						run.Options{Start: time.UnixMilli(segmenttest.Epoch), End: time.UnixMilli(segmenttest.Epoch + 24*3600_000), Now: time.UnixMilli(segmenttest.Epoch)})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(res.Rows)), "rows")
				b.ReportMetric(float64(e.engine.Stats().Accelerated), "accelerated")
			})
		}
	}
}
