package run

import (
	"slices"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Partial rows are shown while a query of event rows runs. Aggregates and commands over all rows show none before the end:
// what they would say of a part is not what they say of the whole.
const (
	// MaxPartial bounds the rows shown.
	MaxPartial = 1000
	// partialEvery is how often a worker shows its rows.
	partialEvery = 200 * time.Millisecond
)

// Partial is the best rows found so far by a run that goes on, in their final order; none for queries without event rows.
func (p *Progress) Partial() [][]Field {
	if rows := p.partial.Load(); rows != nil {
		return *rows
	}
	return nil
}

// partials gathers what workers have found so far.
type partials struct {
	r     *runner
	names []string
	limit int

	mu    sync.Mutex
	parts [][]*kept // of each worker
	next  []time.Time
}

// partials is nil if the stage has no rows to show before its end.
func (r *runner) partials(st *plan.Stage, workers int) *partials {
	if len(r.plan.Stages) != 1 || st.Stats != nil || st.Whole != nil || st.Dedup != nil || r.plan.Compare != nil || r.depth > 0 {
		return nil
	}
	limit := MaxPartial
	if st.Limit >= 0 {
		limit = min(limit, st.Limit)
	}
	p := &partials{r: r, names: st.Columns, limit: limit, parts: make([][]*kept, workers), next: make([]time.Time, workers)}
	for i := range p.next {
		p.next[i] = time.Now().Add(partialEvery)
	}
	return p
}

// offer takes a copy of worker i's rows, if its last one is old enough. The worker calls it between blocks.
func (p *partials) offer(i int, s sink) {
	if p == nil || time.Now().Before(p.next[i]) {
		return
	}
	rows, ok := s.(*rowSink)
	if !ok {
		return
	}
	p.next[i] = time.Now().Add(partialEvery)
	mine := slices.Clone(rows.rows)
	slices.SortFunc(mine, rows.ord.compare)
	mine = mine[:min(len(mine), p.limit)]
	for j, k := range mine { // the worker writes into its rows again
		mine[j] = &kept{keys: slices.Clone(k.keys), cells: slices.Clone(k.cells), time: k.time, seq: k.seq}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts[i] = mine
	var all []*kept
	for _, part := range p.parts {
		all = append(all, part...)
	}
	slices.SortFunc(all, rows.ord.compare)
	t := &Table{Names: p.names, Rows: make([][]value.Value, min(len(all), p.limit))}
	for j := range t.Rows {
		t.Rows[j] = all[j].cells
	}
	shown := p.r.result(t).Rows
	p.r.opt.Progress.partial.Store(&shown)
}
