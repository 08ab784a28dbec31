// Command insights measures Logs Insights: it writes records into the segments
// of a data folder as the drainer does, merges them as upkeep does, and runs
// the six queries of the Cognito guide and three harder ones through the engine
// that the server uses and in Go alone, cold and warm, and over the same records
// in gzip files as a trail delivers them, by DuckDB and by zcat and jq.
//
//	go run ./test/insights -records 1000000 [-dir FOLDER] [-runs 5] [-baseline 1000000]
//	go run ./test/insights -dir FOLDER -query 4 -cpuprofile FILE
//	go run ./test/insights -history 5000000 [-dir FOLDER]    (LookupEvents over as many events of 90 days instead)
//
//	generator ─ rows ─▶ segment.Store: Append, Seal, Commit, Publish ─ Compact ─▶ FOLDER
//	         └─ the first records ─▶ FOLDER/trail-N/*.json.gz ─▶ DuckDB, jq ───────────┐
//	FOLDER ─▶ accel.Engine (DuckDB in a child of this binary) ─┐                       │
//	       └▶ accel.Engine without backend (Go alone) ─────────┴▶ table of medians ◀───┘
//
// Records that a folder holds already are used as they are, and as many as are
// missing are added; so are the files. It is a data folder of the server too. All
// engines must give the same rows, or the command fails; DuckDB over the files is
// compared over the records that these hold.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
)

func main() {
	if duckdb.Child() {
		return
	}
	var o options
	flag.Int64Var(&o.records, "records", 1_000_000, "records that the folder is to hold")
	flag.StringVar(&o.dir, "dir", "", "data folder, kept (default a temporary one, removed)")
	flag.IntVar(&o.runs, "runs", 5, "warm runs of each query; the median counts")
	flag.IntVar(&o.threads, "threads", 0, "threads of the accelerator (default the server's)")
	flag.BoolVar(&o.heavy, "heavy", false, "give the accelerator also what the server leaves to Go")
	flag.BoolVar(&o.alone, "alone", true, "run the queries in Go alone too")
	flag.Int64Var(&o.baseline, "baseline", 0, "records in gzip files, at most those of the folder, which DuckDB and jq are measured over (default none)")
	flag.IntVar(&o.baselineThreads, "baseline-threads", runtime.NumCPU(), "threads of DuckDB over the files")
	flag.Int64Var(&o.memory, "baseline-memory", 4096, "MB of memory of DuckDB over the files")
	flag.Int64Var(&o.history, "history", 0, "measure LookupEvents over so many events instead")
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
	records, baseline       int64
	history                 int64
	dir                     string
	runs, threads           int
	query                   int
	profile                 string
	baselineThreads         int
	memory                  int64
	heavy, alone, writeOnly bool
}

func run(ctx context.Context, o options) (err error) {
	if o.runs < 1 || o.records < 1 || o.baseline < 0 || o.query < 0 || o.query > len(samples) || flag.NArg() > 0 {
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
	if o.history > 0 {
		return history(ctx, o)
	}
	held, err := fill(ctx, o)
	if err != nil {
		return err
	}
	var files *trail
	if o.baseline = min(o.baseline, held); o.baseline > 0 {
		if files, err = writeTrail(ctx, o); err != nil {
			return err
		}
	}
	if o.writeOnly {
		return nil
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
	return compare(ctx, o, held, files)
}

// progress prints what goes on to the standard error, so that the document on
// the standard output stays clean.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
