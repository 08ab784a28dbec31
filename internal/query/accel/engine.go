package accel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Store is what an Engine needs of package segment.
type Store interface {
	Source(account, region string, groups []string) block.Source
	Files(ctx context.Context, account, region string, groups []string, from, to int64) (*segment.Files, error)
}

// Target names the groups of one query. The caller has checked that the query may read them.
type Target struct {
	Account, Region string
	Groups          []string
}

// Options of an Engine. The zero value means the defaults given at each field.
type Options struct {
	// Dialect is the backend's: DuckDB.
	Dialect *Dialect
	// MinBytes is the size of sealed files below which Go is as quick: 4 MiB. Negative means none.
	MinBytes int64
	// MaxFiles bounds the files of a query: 4096.
	MaxFiles int
	// Heavy gives the backend also what Go does as quickly over files at hand: see Translation.
	Heavy bool
	// Log hears of fallbacks.
	Log *slog.Logger
}

// Engine runs queries: their first stage by a backend if that has exactly the same meaning, all else, and everything
// that fails there, in Go. Its methods may be called concurrently.
type Engine struct {
	store   Store
	backend Backend
	opt     Options

	accelerated, plain, fallbacks atomic.Int64
}

// New makes an Engine; a nil backend means that all is run in Go.
func New(store Store, backend Backend, opt Options) *Engine {
	if opt.Dialect == nil {
		opt.Dialect = DuckDB
	}
	if opt.MinBytes == 0 {
		opt.MinBytes = 4 << 20
	}
	if opt.MaxFiles <= 0 {
		opt.MaxFiles = 4096
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	return &Engine{store: store, backend: backend, opt: opt}
}

// Stats counts queries since the Engine was made.
type Stats struct {
	// Accelerated were answered with the backend's help, Plain were never given to it, Fallbacks were run in Go after it failed.
	Accelerated, Plain, Fallbacks int64
}

// Stats returns the counters.
func (e *Engine) Stats() Stats {
	return Stats{e.accelerated.Load(), e.plain.Load(), e.fallbacks.Load()}
}

// Run executes a plan over the groups of target. opt.Source may be nil; it is then the store's. opt.Progress is counted
// as by package run, but in larger steps, and events that indexes saved from being read count as scanned.
func (e *Engine) Run(ctx context.Context, p *plan.Plan, target Target, opt run.Options) (*run.Result, error) {
	if opt.Source == nil {
		opt.Source = e.store.Source(target.Account, target.Region, target.Groups)
	}
	if opt.Progress == nil {
		opt.Progress = &run.Progress{}
	}
	a, err := e.ask(ctx, p, target, opt)
	switch {
	case err == nil:
		e.accelerated.Add(1)
		return a.finish(ctx, p, opt)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errInexpressible) || errors.Is(err, errSmall):
		e.plain.Add(1)
	default:
		e.fallbacks.Add(1)
		e.opt.Log.Info("query is not accelerated", "error", err)
	}
	return run.Run(ctx, p, opt)
}

var errSmall = errors.New("not worth the engine")

// maxGroupsOfQuery bounds the log groups that one statement names.
const maxGroupsOfQuery = 1000

// answer is what a backend has found.
type answer struct {
	t    *Translation
	pr   *run.Progress
	rows [][]value.Value

	scanned, bytes        int64
	matched, matchedBytes int64
}

// ask lets the backend do its part; nothing but the live progress is changed before it has done all of it.
func (e *Engine) ask(ctx context.Context, p *plan.Plan, target Target, opt run.Options) (*answer, error) {
	if e.backend == nil || len(target.Groups) == 0 || len(target.Groups) > maxGroupsOfQuery {
		return nil, errSmall
	}
	groups := opt.Limits.Groups
	if groups <= 0 {
		groups = 1_000_000
	}
	// Most queries that cannot be translated are found out without looking at files.
	blank := Scope{Account: target.Account, Region: target.Region, From: make(map[string]int64)}
	for _, g := range target.Groups {
		blank.From[g] = 0
	}
	if t, err := Translate(p, e.opt.Dialect, &blank, opt.Limit, int(groups)); err != nil {
		return nil, err
	} else if t.Heavy && !e.opt.Heavy {
		return nil, errSmall
	}
	files, err := e.store.Files(ctx, target.Account, target.Region, target.Groups, opt.Start.UnixMilli(), opt.End.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("choose files: %w", err)
	}
	defer func() {
		if err := files.Close(); err != nil {
			e.opt.Log.Warn("files of a query not released", "error", err)
		}
	}()
	scope := ScopeOf(target.Account, target.Region, files)
	if err := e.worth(&scope, files); err != nil {
		return nil, err
	}
	t, err := Translate(p, e.opt.Dialect, &scope, opt.Limit, int(groups))
	if err != nil {
		return nil, err
	}
	a := &answer{t: t, pr: opt.Progress}
	err = e.backend.Query(ctx, Request{Files: scope.Files, Statements: t.Statements}, a.row)
	if err == nil {
		err = a.check()
	}
	if err != nil {
		a.count(0, 0)
		return nil, err
	}
	opt.Progress.Matched.Add(a.matched)
	return a, nil
}

// worth refuses what a backend would not do faster, or not at all.
func (e *Engine) worth(s *Scope, files *segment.Files) error {
	if len(s.Files) == 0 || len(s.Files) > e.opt.MaxFiles {
		return errSmall
	}
	if e.opt.MinBytes < 0 {
		return nil
	}
	var size int64
	for _, f := range files.Sealed {
		info, err := os.Stat(f)
		if err != nil {
			return fmt.Errorf("segment: %w", err)
		}
		if size += info.Size(); size >= e.opt.MinBytes {
			return nil
		}
	}
	return errSmall
}

// row takes a row of statement i.
func (a *answer) row(i int, cells []Cell) error {
	t := a.t
	switch {
	case i == t.Totals || i == t.Matched:
		if len(cells) != 2 || cells[0].Kind != Int || cells[1].Kind != Int {
			return errShape
		}
		if i == t.Matched {
			a.matched = cells[0].Int
		} else {
			a.count(cells[0].Int, cells[1].Int)
		}
		return nil
	case t.Events != nil:
		return t.Events.row(cells)
	}
	row, matched, bytes, err := t.Groups.row(cells)
	if err != nil {
		return err
	}
	if len(a.rows) == t.Groups.max {
		return errGroups
	}
	if !t.Groups.best {
		matched, bytes = a.matched+matched, a.matchedBytes+bytes
	}
	a.rows, a.matched, a.matchedBytes = append(a.rows, row), matched, bytes
	return nil
}

// count sets what was scanned, also in the live progress.
func (a *answer) count(rows, bytes int64) {
	a.pr.Scanned.Add(rows - a.scanned)
	a.pr.Bytes.Add(bytes - a.bytes)
	a.scanned, a.bytes = rows, bytes
}

// check fills in what no statement told and compares what must agree.
func (a *answer) check() error {
	switch {
	case a.t.Totals < 0:
		a.count(a.matched, a.matchedBytes)
	case a.t.Events != nil && a.t.Matched < 0:
		a.matched = a.scanned
	}
	if a.matched > a.scanned || a.t.Events != nil && int64(len(a.t.Events.rows)) > a.matched {
		return errShape
	}
	return nil
}

// finish runs the rest of the plan.
func (a *answer) finish(ctx context.Context, p *plan.Plan, opt run.Options) (*run.Result, error) {
	if g := a.t.Groups; g != nil {
		return run.RunFrom(ctx, p, 1, g.table(a.rows), opt)
	}
	pr := opt.Progress
	opt.Source, opt.Progress = a.t.Events, &run.Progress{}
	res, err := run.Run(ctx, p, opt)
	if err != nil {
		return nil, err
	}
	res.Matched, res.Scanned, res.Bytes = pr.Matched.Load(), pr.Scanned.Load(), pr.Bytes.Load()
	res.SkippedRows, res.SkippedBytes = pr.SkippedRows.Load(), pr.SkippedBytes.Load()
	return res, nil
}
