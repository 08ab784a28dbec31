package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// samples are the queries that the Cognito guide gives for its records.
var samples = []string{
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com"`,
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and @message like /Exception/`,
	`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException"`,
	`filter eventSource = "cognito-idp.amazonaws.com" | stats count(*) by sourceIPAddress, eventName`,
	`filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
	`filter eventSource = "cognito-idp.amazonaws.com" and eventName = 'ForgotPassword' | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
}

// figures are one query on one engine.
type figures struct {
	cold, warm time.Duration
	result     *queryrun.Result
	helped     bool // the backend did a part
}

// compare runs all queries on both engines and prints the table.
func compare(ctx context.Context, o options) error {
	dropped := dropCache()
	if dropped == nil {
		fmt.Print("Cold: the system's page cache dropped, the folder opened anew, no child process running. ")
	} else {
		fmt.Printf("Cold: the folder opened anew, no child process running; the page cache could not be dropped (%v). ", dropped)
	}
	fmt.Printf("Warm: median of %d. An asterisk marks what DuckDB did a part of.\n\n", o.runs)
	fmt.Println("| query | rows | cold ms | warm ms | in Go alone: cold ms | warm ms |")
	fmt.Println("|---|---|---|---|---|---|")
	if !duckdb.Built {
		progress("this binary is built without DuckDB: both engines are Go")
	}
	for i, text := range samples {
		if o.query > 0 && o.query != i+1 {
			continue
		}
		p, err := plan.Compile(text)
		if err != nil {
			return fmt.Errorf("query %d: %w", i+1, err)
		}
		engine, err := measure(ctx, o, p, true)
		if err != nil {
			return fmt.Errorf("query %d: %w", i+1, err)
		}
		progress("query %d by the engine: cold %v, warm %v", i+1, engine.cold.Round(time.Millisecond), engine.warm.Round(time.Millisecond))
		alone, err := measure(ctx, o, p, false)
		if err != nil {
			return fmt.Errorf("query %d in Go: %w", i+1, err)
		}
		progress("query %d in Go alone: cold %v, warm %v", i+1, alone.cold.Round(time.Millisecond), alone.warm.Round(time.Millisecond))
		if !agree(engine.result, alone.result) {
			return fmt.Errorf("query %d: the engines disagree: %d and %d rows", i+1, len(engine.result.Rows), len(alone.result.Rows))
		}
		star := ""
		if engine.helped {
			star = " *"
		}
		fmt.Printf("| %d%s | %d | %d | %d | %d | %d |\n", i+1, star, len(engine.result.Rows),
			engine.cold.Milliseconds(), engine.warm.Milliseconds(), alone.cold.Milliseconds(), alone.warm.Milliseconds())
	}
	return nil
}

// agree compares results; rows that an engine may give in any order are
// compared as a set.
func agree(a, b *queryrun.Result) bool {
	rows := func(r *queryrun.Result) []string {
		out := make([]string, len(r.Rows))
		for i, row := range r.Rows {
			out[i] = fmt.Sprint(row)
		}
		slices.Sort(out)
		return out
	}
	return reflect.DeepEqual(rows(a), rows(b))
}

// measure runs a query cold once and warm several times.
func measure(ctx context.Context, o options, p *plan.Plan, accelerate bool) (m *figures, err error) {
	_ = dropCache() // compare says whether it could
	f, err := open(ctx, o.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	var backend accel.Backend
	if accelerate && duckdb.Built {
		pool := duckdb.New(duckdb.Options{MemoryMB: 1024, Threads: o.threads})
		defer func() { err = errors.Join(err, pool.Close()) }()
		backend = pool
	}
	engine := accel.New(f.segments, backend, accel.Options{Heavy: o.heavy})
	m = &figures{}
	times := make([]time.Duration, 0, o.runs)
	for i := range o.runs + 1 {
		began := time.Now()
		m.result, err = engine.Run(ctx, p, accel.Target{Account: segmenttest.Account, Region: segmenttest.Region, Groups: []string{group}},
			queryrun.Options{Start: time.UnixMilli(segmenttest.Epoch), End: time.UnixMilli(segmenttest.Epoch).AddDate(1, 0, 0), Now: time.Now()})
		if err != nil {
			return nil, err
		}
		if took := time.Since(began); i == 0 {
			m.cold = took
		} else {
			times = append(times, took)
		}
	}
	slices.Sort(times)
	m.warm = times[len(times)/2]
	stats := engine.Stats()
	if stats.Fallbacks > 0 {
		progress("DuckDB failed %d times, Go did it", stats.Fallbacks)
	}
	m.helped = stats.Accelerated > 0
	return m, nil
}

// dropCache makes the system forget file contents; it needs root and Linux.
func dropCache() error {
	syscall.Sync() // dirty pages cannot be dropped
	err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0o200)
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "open "))
	}
	return nil
}
