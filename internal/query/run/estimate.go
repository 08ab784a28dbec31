package run

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// estimate adds up the sizes that blocks state without looking at events. Nothing counts as scanned.
func (r *runner) estimate(ctx context.Context) (*Table, error) {
	var rows, bytes atomic.Int64
	st := r.plan.Stages[0]
	err := r.opt.Source.Scan(ctx, r.request(&st), func(b *block.Block) error {
		size := b.Bytes
		if size == 0 {
			if c := b.Column(block.Message); c != nil {
				for i := range b.N {
					s, _ := c.Text(i)
					size += int64(len(s))
				}
			}
		}
		rows.Add(int64(b.N))
		bytes.Add(size)
		return b.Done()
	})
	if err != nil {
		return nil, err
	}
	return &Table{Names: []string{"estimatedBytesScanned", "estimatedRecordsScanned"},
		Rows: [][]value.Value{{value.OfInt(bytes.Load()), value.OfInt(rows.Load())}}}, nil
}

// compare runs the query again over the shifted range and puts its rows below, told apart by @logcompare. (inferred)
func (r *runner) compare(ctx context.Context, now *Table) (*Table, error) {
	span, err := fn.ParsePeriod(r.plan.Compare.Shift.N, r.plan.Compare.Shift.Unit)
	if err != nil {
		return nil, err
	}
	before, _, err := r.shifted(ctx, r.plan, time.Duration(span.Millis())*time.Millisecond)
	if err != nil {
		return nil, err
	}
	out := &Table{Names: append([]string{"@logcompare"}, now.Names...)}
	if err := r.holdRows(len(now.Rows)+len(before.Rows), len(out.Names)); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		t    *Table
	}{{"current", now}, {"previous", before}} {
		for _, row := range part.t.Rows {
			out.Rows = append(out.Rows, append([]value.Value{value.OfString(part.name)}, row...))
		}
	}
	return out, nil
}

// shifted runs a plan over a range that lies d earlier; the book is kept if there is one of this range.
func (r *runner) shifted(ctx context.Context, of *plan.Plan, d time.Duration) (*Table, tokenBook, error) {
	p := *of
	p.Compare = nil
	opt := r.opt
	opt.Start, opt.End = opt.Start.Add(-d), opt.End.Add(-d)
	opt.Progress = &Progress{}
	sub := r.within(&p, opt)
	if r.book != nil {
		sub.book = tokenBook{}
	}
	t, err := sub.stages(ctx, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	r.opt.Progress.include(opt.Progress)
	return t, sub.book, nil
}
