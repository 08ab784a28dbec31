package main

import (
	"context"
	"log/slog"

	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
)

// acceleratorBuilt says that this binary holds DuckDB.
const acceleratorBuilt = duckdb.Built

// acceleratorChild serves as the accelerator's child process, if this process
// was started as one.
func acceleratorChild() bool { return duckdb.Child() }

// queryEngine runs Insights queries: in Go, with the accelerator where it was
// built in and is switched on.
func (b *builder) queryEngine() insight.Engine {
	if !duckdb.Built || !b.config.Query.Accelerate {
		return insight.Native{}
	}
	pool := duckdb.New(duckdb.Options{MemoryMB: b.config.Query.MemoryBytes >> 20, Log: b.log})
	b.bg = append(b.bg, background{"accelerator", func(ctx context.Context) error {
		<-ctx.Done()
		return pool.Close()
	}})
	return accelerated{accel.New(b.engines.segments, pool, accel.Options{Log: b.log}), b.log}
}

// accelerated is the accelerator as the query service asks it.
type accelerated struct {
	engine *accel.Engine
	log    *slog.Logger
}

func (a accelerated) Run(ctx context.Context, w insight.Work, progress *queryrun.Progress) (*queryrun.Result, error) {
	return a.engine.Run(ctx, w.Plan, accel.Target{Account: w.Account, Region: w.Region, Groups: w.Groups}, queryrun.Options{
		Source: w.Source, Start: w.Start, End: w.End, Now: w.Now, Limit: w.Limit, Limits: w.Limits, Progress: progress, Groups: w.Other, Tables: w.Tables,
	})
}
