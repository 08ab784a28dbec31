// Command insights measures Logs Insights: it writes records into the segments
// of a data folder as the drainer does, merges them as upkeep does, and runs
// the six queries of the Cognito guide through the engine that the server uses
// and in Go alone, cold and warm.
//
//	go run ./test/insights -records 1000000 [-dir FOLDER] [-runs 5]
//	go run ./test/insights -dir FOLDER -query 4 -cpuprofile FILE
//
//	generator ─ rows ─▶ segment.Store: Append, Seal, Commit, Publish ─ Compact ─▶ FOLDER
//	FOLDER ─▶ accel.Engine (DuckDB in a child of this binary) ─┐
//	       └▶ accel.Engine without backend (Go alone) ─────────┴▶ table of medians
//
// A folder that holds the records already is used as it is. It is a data folder
// of the server too. Both engines must give the same rows, or the command fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
)

func main() {
	if duckdb.Child() {
		return
	}
	var o options
	flag.Int64Var(&o.records, "records", 1_000_000, "records to write if the folder holds none")
	flag.StringVar(&o.dir, "dir", "", "data folder, kept (default a temporary one, removed)")
	flag.IntVar(&o.runs, "runs", 5, "warm runs of each query; the median counts")
	flag.IntVar(&o.threads, "threads", 0, "threads of the accelerator (default the server's)")
	flag.BoolVar(&o.heavy, "heavy", false, "give the accelerator also what the server leaves to Go")
	flag.IntVar(&o.query, "query", 0, "number of the only query to run (default all)")
	flag.StringVar(&o.profile, "cpuprofile", "", "file for a CPU profile of the queries, without the accelerator's process")
	flag.BoolVar(&o.writeOnly, "write-only", false, "write the records and run no query")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "insights:", err)
		os.Exit(1)
	}
}

type options struct {
	records          int64
	dir              string
	runs, threads    int
	query            int
	profile          string
	heavy, writeOnly bool
}

func run(ctx context.Context, o options) (err error) {
	if o.runs < 1 || o.records < 1 || o.query < 0 || o.query > len(samples) || flag.NArg() > 0 {
		return errors.New("-records and -runs must be positive, -query one of the samples, and there are no arguments")
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "cogtrail-insights-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	}
	// The accelerator wants absolute paths.
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if err := fill(ctx, o); err != nil || o.writeOnly {
		return err
	}
	if o.profile != "" {
		file, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return compare(ctx, o)
}

// progress prints what goes on to the standard error, so that the document on
// the standard output stays clean.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
