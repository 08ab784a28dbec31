package run

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Errors of a run. Both mean that the query asks for more than Limits allows.
var (
	ErrMemory = errors.New("query exceeds its memory limit")
	ErrGroups = errors.New("query exceeds its limit of groups")
)

// Limits bound the memory of one run. Zero fields get the defaults.
type Limits struct {
	// Bytes is the memory for groups, kept rows and tables of the query and of those inside it, default 256 MB. Once taken it
	// counts until the end of the run.
	Bytes int64
	// Groups is the number of groups of one stats, default 1,000,000.
	Groups int64
	// Partial is the memory that may be copied to show rows before the end, beside Bytes; default 16 MB.
	Partial int64
}

// Options are what a run needs besides the plan.
type Options struct {
	// Source yields the events of the chosen groups. RunFrom needs it too, for commands that look at another range.
	Source block.Source
	// Start is the first instant, End the first instant after the range.
	Start, End time.Time
	// Now is the business time, read once per query.
	Now time.Time
	// Limit replaces the default limit for queries without a limit of their own; 0 means the default.
	Limit int
	// Workers is the number of goroutines that evaluate blocks; 0 means one per processor.
	Workers int
	Limits  Limits
	// Progress, if not nil, is counted up during the run.
	Progress *Progress
	// Tables finds a lookup table; nil means that there are none.
	Tables func(ctx context.Context, name string) (*Table, error)
	// Groups finds the events of another SOURCE for join and subqueries; nil means the same Source.
	Groups func(ctx context.Context, s *syntax.Source) (block.Source, error)
}

// Progress are live statistics.
type Progress struct {
	// Matched counts events that passed the filters before any stats, Scanned all events of the range, Bytes their size.
	Matched, Scanned, Bytes atomic.Int64
	// SkippedRows and SkippedBytes are what the engine left unread, included in neither Scanned nor Bytes.
	SkippedRows, SkippedBytes atomic.Int64
	// partial are the rows that Partial shows.
	partial atomic.Pointer[[][]Field]
}

// include adds what a query inside this one has read, and left unread.
func (p *Progress) include(inner *Progress) {
	p.Scanned.Add(inner.Scanned.Load())
	p.Bytes.Add(inner.Bytes.Load())
	p.SkippedRows.Add(inner.SkippedRows.Load())
	p.SkippedBytes.Add(inner.SkippedBytes.Load())
}

// Table is rows with named columns; a row has one value per column.
type Table struct {
	Names []string
	Rows  [][]value.Value
}

// Field is one cell of a result row.
type Field struct{ Name, Value string }

// Result is the outcome of a query. A row leaves out null cells; event rows end with @ptr.
type Result struct {
	Columns []string
	Rows    [][]Field
	Matched int64
	Scanned int64
	Bytes   int64
	// SkippedRows and SkippedBytes are events that indexes saved from being read.
	SkippedRows, SkippedBytes int64
}

// Run executes the plan over opt.Source.
func Run(ctx context.Context, p *plan.Plan, opt Options) (*Result, error) {
	r := newRunner(p, opt)
	r.shows = true
	t, err := r.stages(ctx, 0, nil)
	if err != nil {
		return nil, err
	}
	return r.answer(t)
}

// RunFrom executes the plan from stage from on; rows are the rows that stage from-1 hands on, with the columns
// p.Stages[from-1].Columns in any order. Their kinds must be those that the stage itself would make: bin, datefloor and
// dateceil are Time, numbers Number, discovered fields String (JSON booleans Bool), absent Null; aggregates of a timestamp
// are Number. After stats they are sorted by the group keys in the order of value.Compare, which decides ties later on.
// The accelerator that made them counts opt.Progress itself.
func RunFrom(ctx context.Context, p *plan.Plan, from int, rows *Table, opt Options) (*Result, error) {
	if from < 1 || from > len(p.Stages) {
		return nil, fmt.Errorf("resume plan at stage %d of %d", from, len(p.Stages))
	}
	r := newRunner(p, opt)
	if err := r.holdRows(len(rows.Rows), len(rows.Names)); err != nil {
		return nil, err
	}
	t, err := r.stages(ctx, from, rows)
	if err != nil {
		return nil, err
	}
	return r.answer(t)
}

type runner struct {
	plan  *plan.Plan
	opt   Options
	fnctx fn.Ctx
	used  *atomic.Int64 // bytes held, by queries inside this one too
	depth int           // of subqueries
	shows bool          // rows before the end
	book  tokenBook     // the values of patterns' tokens, nil if nobody asks
	ctx   context.Context
	// tables holds what the streaming commands need: lookup tables and results of subqueries.
	aux map[syntax.Node]*auxTable
}

func newRunner(p *plan.Plan, opt Options) *runner {
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.Limits.Bytes <= 0 {
		opt.Limits.Bytes = 256 << 20
	}
	if opt.Limits.Groups <= 0 {
		opt.Limits.Groups = 1_000_000
	}
	if opt.Limits.Partial <= 0 {
		opt.Limits.Partial = 16 << 20
	}
	if opt.Progress == nil {
		opt.Progress = &Progress{}
	}
	return &runner{plan: p, opt: opt, used: new(atomic.Int64), book: newTokenBook(p), aux: map[syntax.Node]*auxTable{}, fnctx: fn.Ctx{
		Now: opt.Now.UnixMilli(), Start: opt.Start.UnixMilli(), End: opt.End.UnixMilli() - 1,
	}}
}

// hold accounts for memory that stays until the end of the run.
func (r *runner) hold(n int64) error {
	if r.used.Add(n) > r.opt.Limits.Bytes {
		return r.exceeded()
	}
	return nil
}

// exceeded is what the asker is told.
func (r *runner) exceeded() error {
	return fmt.Errorf("%w of %d MB: filter more, take a shorter time range, or group by fewer values", ErrMemory, r.opt.Limits.Bytes>>20)
}

// holdRows accounts for rows of some columns, without the texts in them.
func (r *runner) holdRows(rows, columns int) error {
	return r.hold(int64(rows) * (rowBytes + cellBytes*int64(columns)))
}

// What a row and a cell of a table take in memory.
const rowBytes, cellBytes = 24, 32

// within makes a runner of a query inside this one; they share a limit.
func (r *runner) within(p *plan.Plan, opt Options) *runner {
	sub := newRunner(p, opt)
	sub.used = r.used
	return sub
}

func (r *runner) stages(ctx context.Context, from int, in *Table) (*Table, error) {
	if r.plan.Estimate {
		return r.estimate(ctx)
	}
	r.ctx = ctx
	t := in
	for i := from; i < len(r.plan.Stages); i++ {
		out, err := r.stage(ctx, i, t)
		if err != nil {
			return nil, err
		}
		t = out
	}
	if r.plan.Compare != nil {
		return r.compare(ctx, t)
	}
	return t, nil
}

func (r *runner) answer(t *Table) (*Result, error) {
	if err := r.holdRows(len(t.Rows), len(t.Names)); err != nil {
		return nil, err
	}
	return r.result(t), nil
}

func (r *runner) result(t *Table) *Result {
	pr := r.opt.Progress
	res := &Result{Columns: r.plan.Columns, Matched: pr.Matched.Load(), Scanned: pr.Scanned.Load(), Bytes: pr.Bytes.Load(),
		SkippedRows: pr.SkippedRows.Load(), SkippedBytes: pr.SkippedBytes.Load()}
	if r.plan.Compare != nil || r.plan.Estimate {
		res.Columns = t.Names
	}
	order := make([]int, 0, len(res.Columns)+1)
	names := res.Columns
	if r.plan.Events {
		names = append(append([]string{}, names...), block.Ptr)
	}
	for _, n := range names {
		for i, have := range t.Names {
			if have == n {
				order = append(order, i)
				break
			}
		}
	}
	res.Rows = make([][]Field, len(t.Rows))
	for i, row := range t.Rows {
		cells := make([]Field, 0, len(order))
		for _, c := range order {
			if s, ok := row[c].Display(); ok {
				cells = append(cells, Field{t.Names[c], s})
			}
		}
		res.Rows[i] = cells
	}
	return res
}
