package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// figures are one query on one engine.
type figures struct {
	cold, warm time.Duration
	result     *queryrun.Result
	helped     bool // the backend did a part
}

// compare runs all queries on all engines and prints the table. Held is the number of records in the folder.
func compare(ctx context.Context, o options, held int64, files *trail) error {
	if dropped := dropCache(); dropped == nil {
		fmt.Print("Cold: the system's page cache dropped, the folder opened anew, no child process running. ")
	} else {
		fmt.Printf("Cold: the folder opened anew, no child process running; the page cache could not be dropped (%v). ", dropped)
	}
	fmt.Printf("Warm: median of %d. An asterisk marks what DuckDB did a part of.", o.runs)
	if !duckdb.Built {
		progress("this binary is built without DuckDB: both engines are Go")
		files = nil
	}
	jq := files != nil
	if files != nil {
		fmt.Printf(" Files: DuckDB with %d threads over %d gzip files of %d records (%.0f bytes a record) in the page cache, once; zcat and jq over the first file. Neither chooses files by the times in their names.",
			o.baselineThreads, len(files.Files), files.Records, float64(files.Bytes)/float64(files.Records))
		if files.Records < held {
			fmt.Printf(" Both are scaled to %d records.", held)
		}
		fmt.Print(" Times faster: those times through ours, cold and warm.")
		if _, err := exec.LookPath("jq"); err != nil {
			jq = false
			fmt.Print(" jq is not installed and was not measured.")
		}
	}
	fmt.Printf("\n\n| query | rows | cold ms | warm ms |")
	line := "\n|---|---|---|---|"
	if o.alone {
		fmt.Print(" in Go alone: cold ms | warm ms |")
		line += "---|---|"
	}
	if files != nil {
		fmt.Print(" DuckDB over the files: s | times faster: cold | warm |")
		line += "---|---|---|"
	}
	if jq {
		fmt.Print(" zcat, jq: s | times faster: warm |")
		line += "---|---|"
	}
	fmt.Println(line)
	for i, q := range samples {
		if o.query > 0 && o.query != i+1 {
			continue
		}
		if err := row(ctx, o, q, held, files, jq); err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
	}
	return nil
}

// row measures one query and prints its row.
func row(ctx context.Context, o options, q sample, held int64, files *trail, jq bool) error {
	p, err := plan.Compile(q.text)
	if err != nil {
		return err
	}
	far := time.UnixMilli(segmenttest.Epoch).AddDate(1, 0, 0)
	engine, err := measure(ctx, o, p, far, true)
	if err != nil {
		return err
	}
	progress("query %s by the engine: cold %v, warm %v", q.name, engine.cold.Round(time.Millisecond), engine.warm.Round(time.Millisecond))
	star := ""
	if engine.helped {
		star = " *"
	}
	cells := []string{q.name + star, fmt.Sprint(len(engine.result.Rows)), fmt.Sprint(engine.cold.Milliseconds()), fmt.Sprint(engine.warm.Milliseconds())}
	if o.alone {
		alone, err := measure(ctx, o, p, far, false)
		if err != nil {
			return fmt.Errorf("in Go: %w", err)
		}
		progress("query %s in Go alone: cold %v, warm %v", q.name, alone.cold.Round(time.Millisecond), alone.warm.Round(time.Millisecond))
		if !agree(engine.result, alone.result) {
			return fmt.Errorf("the engines disagree: %d and %d rows", len(engine.result.Rows), len(alone.result.Rows))
		}
		cells = append(cells, fmt.Sprint(alone.cold.Milliseconds()), fmt.Sprint(alone.warm.Milliseconds()))
	}
	if files != nil {
		took, rows, err := files.duckDB(ctx, o, q)
		if err != nil {
			return fmt.Errorf("over the files: %w", err)
		}
		progress("query %s over the files of %d records: %v", q.name, files.Records, took.Round(time.Millisecond))
		once := o
		once.runs = 0
		part, err := measure(ctx, once, p, time.UnixMilli(files.End), true)
		if err != nil {
			return err
		}
		if err := same(q, part.result, rows); err != nil {
			return fmt.Errorf("the files disagree: %w", err)
		}
		all := took.Seconds() * max(1, float64(held)/float64(files.Records))
		cells = append(cells, fmt.Sprintf("%.1f", all), fmt.Sprintf("%.0f", all/engine.cold.Seconds()), fmt.Sprintf("%.0f", all/engine.warm.Seconds()))
	}
	if jq {
		took, err := files.jq(ctx, q)
		if err != nil {
			return fmt.Errorf("jq: %w", err)
		}
		all := took.Seconds() * float64(held) / fileRecords
		cells = append(cells, fmt.Sprintf("%.0f", all), fmt.Sprintf("%.0f", all/engine.warm.Seconds()))
	}
	fmt.Printf("| %s |\n", strings.Join(cells, " | "))
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

// measure runs a query over the records before end, cold once and warm several times.
func measure(ctx context.Context, o options, p *plan.Plan, end time.Time, accelerate bool) (m *figures, err error) {
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
			queryrun.Options{Start: time.UnixMilli(segmenttest.Epoch), End: end, Now: time.Now()})
		if err != nil {
			return nil, err
		}
		if took := time.Since(began); i == 0 {
			m.cold, m.warm = took, took
		} else {
			times = append(times, took)
		}
	}
	if slices.Sort(times); len(times) > 0 {
		m.warm = times[len(times)/2]
	}
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
