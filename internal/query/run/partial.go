package run

import (
	"context"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Partial rows are shown while a run goes on: what the query would answer if the events read so far were all. They are made
// from a copy of what the workers hold, at intervals. Queries that would have to read again for them show none before the
// end: those with diff, anomaly, logcompare, appendcols, relevantfields, or another query or a table in a later stage.
const (
	// MaxPartial bounds the rows shown.
	MaxPartial = 1000
	// partialEvery is how often rows are made at most, partialShare how many times as long as it took is waited until they are
	// made again: they take one part in 20 of a processor.
	partialEvery = 200 * time.Millisecond
	partialShare = 19
)

// Partial is the rows that a run which goes on would end with if it had read everything; nil before the first are made.
func (p *Progress) Partial() [][]Field {
	if rows := p.partial.Load(); rows != nil {
		return *rows
	}
	return nil
}

// partials makes the rows that Partial shows.
type partials struct {
	r       *runner
	st      *plan.Stage
	workers []*worker
}

// showPartials shows rows until stop is called, which returns when the workers' sinks are left alone.
func (r *runner) showPartials(ctx context.Context, st *plan.Stage, workers []*worker) (stop func()) {
	if !r.shows || !rereadable(r.plan) {
		return func() {}
	}
	p := &partials{r, st, workers}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		for wait := partialEvery; ; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			began := time.Now()
			if !p.show(ctx) {
				return
			}
			wait = max(partialEvery, partialShare*time.Since(began))
		}
	})
	return func() { cancel(); wg.Wait() }
}

// show makes rows once; false says that there will be no others: what the workers hold has become too much to copy, and it
// only grows.
func (p *partials) show(ctx context.Context) (again bool) {
	defer func() {
		if recover() != nil {
			again = false // the end of the run meets and tells it
		}
	}()
	r := newRunner(p.r.plan, p.r.opt)
	r.opt.Progress, r.opt.Limits.Bytes, r.aux = &Progress{}, 2*r.opt.Limits.Partial, p.r.aux
	var all sink
	size := int64(0)
	for _, w := range p.workers {
		c := func() sink {
			w.mu.Lock()
			defer w.mu.Unlock()
			if size += w.sink.size(); size > r.opt.Limits.Partial {
				return nil
			}
			return w.sink.copy(r)
		}()
		switch {
		case c == nil || ctx.Err() != nil:
			return false
		case all == nil:
			all = c
		case all.merge(c) != nil:
			return false
		}
	}
	t, err := r.finish(ctx, p.st, 0, all)
	if err == nil {
		t, err = r.stages(ctx, 1, t)
	}
	if err != nil {
		return false
	}
	t.Rows = t.Rows[:min(len(t.Rows), MaxPartial)]
	rows := r.result(t).Rows
	p.r.opt.Progress.partial.Store(&rows)
	return true
}

// rereadable says that everything after the first stage needs its rows only, and little work.
func rereadable(p *plan.Plan) bool {
	if p.Compare != nil {
		return false
	}
	for i, st := range p.Stages {
		switch st.Whole.(type) {
		case *syntax.Diff, *syntax.Anomaly, *syntax.AppendCols, *syntax.RelevantFields:
			return false
		}
		for _, c := range st.Rows {
			if i > 0 && asksOthers(c) {
				return false
			}
		}
	}
	return true
}

// asksOthers says that prepare loads something for a command.
func asksOthers(c syntax.Command) bool {
	asks := false
	look := func(x syntax.Expr) {
		syntax.Walk(x, func(x syntax.Expr) bool {
			in, ok := x.(*syntax.In)
			asks = asks || ok && in.Query != nil
			return !asks
		})
	}
	switch c := c.(type) {
	case *syntax.Lookup, *syntax.CidrLookup, *syntax.Join:
		return true
	case *syntax.Filter:
		look(c.X)
	case *syntax.FilterIndex:
		look(c.X)
	case *syntax.Fields:
		for _, it := range c.Items {
			look(it.X)
		}
	case *syntax.Display:
		for _, it := range c.Items {
			look(it.X)
		}
	}
	return asks
}
