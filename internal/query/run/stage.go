package run

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

func splitName(name string) []string { return strings.Split(name, ".") }

// stage runs stage i: over events if in is nil, else over the rows of the stage before.
func (r *runner) stage(ctx context.Context, i int, in *Table) (*Table, error) {
	st := r.plan.Stages[i]
	if i == len(r.plan.Stages)-1 && !r.plan.Limited && r.opt.Limit > 0 {
		st.Limit = r.opt.Limit
	}
	if i == len(r.plan.Stages)-1 && st.Events {
		st.Columns = append(slices.Clone(st.Columns), block.Ptr)
	}
	if err := r.prepare(ctx, &st); err != nil {
		return nil, err
	}
	var s sink
	var err error
	if in == nil {
		s, err = r.events(ctx, &st)
	} else {
		s, err = r.table(ctx, &st, in)
	}
	if err != nil {
		return nil, err
	}
	return r.finish(ctx, &st, i, s)
}

// finish makes the rows of stage i from what its sink has taken.
func (r *runner) finish(ctx context.Context, st *plan.Stage, i int, s sink) (t *Table, err error) {
	switch s := s.(type) {
	case *groupSink:
		t, err = s.finish()
	case *patternSink:
		t = s.finish()
	case *rowSink:
		t = s.finish(st.Columns)
	}
	if err != nil || st.Whole == nil {
		return t, err
	}
	return r.whole(ctx, st, i, t)
}

func (r *runner) sink(st *plan.Stage, p *program, where func() (int64, int64)) sink {
	switch {
	case st.Stats != nil:
		return r.groupSink(st.Stats, p, where)
	case isPattern(st.Whole):
		return r.patternSink(st.Whole.(*syntax.Pattern), p, where)
	}
	return r.rowSink(st, p, where)
}

// table runs a stage over rows in memory; one worker is enough for what the limits allow.
func (r *runner) table(ctx context.Context, st *plan.Stage, in *Table) (sink, error) {
	p := r.program(st, in)
	if p.compiler.err != nil {
		return nil, p.compiler.err
	}
	index := 0
	s := r.sink(st, p, func() (int64, int64) { return 0, -int64(index) })
	if p.compiler.err != nil {
		return nil, p.compiler.err
	}
	p.sink = func() {
		if p.err == nil {
			p.err = s.add(p)
		}
	}
	for i, row := range in.Rows {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		index = i
		p.e.cells = row
		p.e.beginRow(i)
		if err := p.row(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// worker evaluates blocks.
type worker struct {
	mu   sync.Mutex // held while a block is evaluated, and by who copies the sink between blocks
	p    *program
	sink sink
	seq  int64 // of row 0 of the current block
}

func (r *runner) worker(st *plan.Stage, stop func()) (*worker, error) {
	w := &worker{p: r.program(st, nil)}
	e := w.p.e
	w.sink = r.sink(st, w.p, func() (int64, int64) { return e.time(), w.seq + int64(e.row) })
	if rs, ok := w.sink.(*rowSink); ok && st.Any {
		rs.full = stop
	}
	w.p.sink = func() {
		if w.p.err == nil {
			w.p.err = w.sink.add(w.p)
		}
	}
	return w, w.p.compiler.err
}

// block evaluates the rows of a block; a panic fails the query, not the process.
func (w *worker) block(ctx context.Context, b *block.Block, pr *Progress) (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in query: %v\n%s", p, debug.Stack())
		}
	}()
	p := w.p
	p.e.beginBlock(b)
	matched := int64(0)
	for i := range b.N {
		p.e.beginRow(i)
		p.hit = false
		_ = p.row() // its error is p's
		if p.hit {
			matched++
		}
		if p.err == nil && i%256 == 255 {
			p.err = ctx.Err()
		}
		if p.err != nil {
			break
		}
	}
	w.sink.settle()
	pr.Matched.Add(matched)
	pr.Scanned.Add(int64(b.N))
	size := b.Bytes
	if size == 0 {
		if c := b.Column(block.Message); c != nil {
			for i := range b.N {
				s, _ := c.Text(i)
				size += int64(len(s))
			}
		}
	}
	pr.Bytes.Add(size)
	return p.err
}

type numbered struct {
	b   *block.Block
	seq int64
}

// events scans the source with several workers.
func (r *runner) events(ctx context.Context, st *plan.Stage) (sink, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stopped := make(chan struct{})
	var once sync.Once
	stop := func() { once.Do(func() { close(stopped) }) }

	workers := make([]*worker, r.opt.Workers)
	for i := range workers {
		var err error
		if workers[i], err = r.worker(st, stop); err != nil {
			return nil, err
		}
	}
	blocks := make(chan numbered, len(workers))
	var wg sync.WaitGroup
	endPartials := r.showPartials(ctx, st, workers)
	for _, w := range workers {
		wg.Go(func() {
			for n := range blocks {
				if ctx.Err() == nil {
					w.seq = n.seq
					if err := w.block(ctx, n.b, r.opt.Progress); err != nil {
						cancel(err)
					}
				}
				if err := n.b.Done(); err != nil {
					cancel(err)
				}
			}
		})
	}
	var arrivals int64
	var mu sync.Mutex
	err := r.opt.Source.Scan(ctx, r.request(st), func(b *block.Block) error {
		n := numbered{b: b, seq: b.Base}
		if n.seq == 0 {
			mu.Lock()
			arrivals++
			n.seq = arrivals << 32
			mu.Unlock()
		}
		select {
		case <-stopped:
			return errors.Join(b.Done(), block.ErrStop)
		default:
		}
		select {
		case blocks <- n:
			return nil
		case <-stopped:
			return errors.Join(b.Done(), block.ErrStop)
		case <-ctx.Done():
			return errors.Join(b.Done(), context.Cause(ctx))
		}
	})
	close(blocks)
	wg.Wait()
	endPartials()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil && !errors.Is(err, block.ErrStop) {
		return nil, err
	}
	s := workers[0].sink
	for _, w := range workers[1:] {
		if err := s.merge(w.sink); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (r *runner) request(st *plan.Stage) block.ScanRequest {
	start, end := r.opt.Start, r.opt.End
	if st.Stats != nil && st.Stats.Offset != nil {
		if span, err := fn.ParsePeriod(st.Stats.Offset.N, st.Stats.Offset.Unit); err == nil {
			d := time.Duration(span.Millis()) * time.Millisecond
			start, end = start.Add(-d), end.Add(-d)
		}
	}
	pr := r.opt.Progress
	req := block.ScanRequest{Start: start, End: end, Fields: r.plan.Fields, Equal: r.plan.Equal,
		Skipped: func(rows, bytes int64) {
			pr.SkippedRows.Add(rows)
			pr.SkippedBytes.Add(bytes)
		}}
	if st.Stats == nil && st.Whole == nil {
		req.NewestFirst = len(st.Sort) == 0 || len(st.Sort) == 1 && st.Sort[0].Desc && isField(st.Sort[0].X, block.Timestamp)
	}
	return req
}
