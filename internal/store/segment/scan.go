package segment

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cogtrail/cogtrail/internal/query/block"
)

// blockBytes bounds the messages of a block.
const blockBytes = 32 << 20

// Source returns the events of groups of one account and Region as a query's
// source. The caller has checked that the query may read them. Groups may be
// History and Insights. A Source may be used for several scans; each sees the
// events of its own start.
func (s *Store) Source(account, region string, groups []string) block.Source {
	src := &source{s: s}
	seen := make(map[string]bool, len(groups))
	for _, g := range groups {
		if !seen[g] {
			seen[g] = true
			src.keys = append(src.keys, Key{account, region, g})
		}
	}
	return src
}

type source struct {
	s    *Store
	keys []Key
}

// Scan implements block.Source.
func (src *source) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	from, to := req.Start.UnixMilli(), req.End.UnixMilli()
	v, err := src.s.view(ctx, src.keys, from, to)
	if err != nil {
		return err
	}
	defer v.close()
	v.order(req.NewestFirst)
	sc := &scan{ctx: ctx, req: req, from: from, to: to, view: v, yield: yield}
	return sc.run()
}

// scan is one run over a view: the tail and the parts are handed out in order to
// workers, which yield blocks.
type scan struct {
	ctx      context.Context
	req      block.ScanRequest
	from, to int64
	view     *view
	yield    func(*block.Block) error

	stop atomic.Bool
	mu   sync.Mutex
	err  error
}

func (sc *scan) run() error {
	ctx, cancel := context.WithCancel(sc.ctx)
	defer cancel()
	sc.ctx = ctx
	jobs := make(chan func() error)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for job := range jobs {
				if sc.stop.Load() {
					continue
				}
				if err := job(); err != nil {
					sc.fail(err)
					cancel()
				}
			}
		})
	}
	send := func(job func() error) bool {
		select {
		case jobs <- job:
			return !sc.stop.Load()
		case <-ctx.Done():
			return false
		}
	}
	sc.produce(send)
	close(jobs)
	wg.Wait()
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.err != nil {
		return sc.err
	}
	return ctx.Err()
}

// produce hands out the work. The newest events are in the tail.
func (sc *scan) produce(send func(func() error) bool) {
	if sc.req.NewestFirst && !sc.tail(send) {
		return
	}
	for i := range sc.view.parts {
		p := &sc.view.parts[i]
		if sc.skip(p) {
			continue
		}
		pieces, err := p.pieces(max(sc.from, p.vis.minTime), sc.to, sc.req.NewestFirst)
		if err != nil {
			sc.fail(err)
			return
		}
		for k := range pieces {
			if sc.skipPiece(&pieces[k]) {
				continue
			}
			if !send(func() error { return sc.piece(&pieces[k]) }) {
				return
			}
		}
	}
	if !sc.req.NewestFirst {
		sc.tail(send)
	}
}

// whole tells that all rows of a part are in range and visible, so that they are counted by the manifest.
func (sc *scan) whole(p *part) bool {
	s := p.span
	return s.MinTime >= max(sc.from, p.vis.minTime) && s.MaxTime < sc.to && (!p.vis.any() || p.vis.spanClean(s))
}

// skip tells that no message of a part can fulfil the predicates; it counts its rows.
func (sc *scan) skip(p *part) bool {
	if p.h.m.Tokens.mayHoldAll(sc.req.Equal) || !sc.whole(p) {
		return false
	}
	sc.skipped(p.span.Rows, p.span.RawBytes)
	return true
}

// skipPiece is skip for a piece that is a whole row group.
func (sc *scan) skipPiece(p *piece) bool {
	groups := p.part.h.m.Groups
	if p.index >= len(groups) || p.lo > 0 || p.hi < p.group.NumRows() ||
		groups[p.index].Tokens.mayHoldAll(sc.req.Equal) || !sc.whole(p.part) {
		return false
	}
	sc.skipped(p.hi, groups[p.index].RawBytes)
	return true
}

func (sc *scan) skipped(rows, bytes int64) {
	if sc.req.Skipped != nil {
		sc.req.Skipped(rows, bytes)
	}
}

func (sc *scan) fail(err error) {
	sc.stop.Store(true)
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.err == nil {
		sc.err = err
	}
}

// piece filters a piece and yields its blocks.
func (sc *scan) piece(p *piece) error {
	if err := p.narrow(max(sc.from, p.part.vis.minTime), sc.to); err != nil {
		return err
	}
	if err := p.visible(); err != nil {
		return err
	}
	all := p.rows()
	if all == 0 {
		return nil
	}
	var allBytes int64
	if sc.req.Skipped != nil && len(sc.req.Equal) > 0 {
		var err error
		if allBytes, err = p.bytes(0, all); err != nil {
			return err
		}
	}
	if err := sc.filter(p); err != nil {
		return err
	}
	n := p.rows()
	if n < all && sc.req.Skipped != nil {
		left, err := p.bytes(0, n)
		if err != nil {
			return err
		}
		sc.req.Skipped(int64(all-n), allBytes-left)
	}
	cuts, err := p.cuts(block.MaxRows, blockBytes)
	if err != nil {
		return err
	}
	if sc.req.NewestFirst {
		slices.Reverse(cuts)
	}
	for _, c := range cuts {
		b, err := sc.block(p, c[0], c[1])
		if err != nil {
			return err
		}
		if err := sc.ctx.Err(); err != nil {
			b.Release()
			return err
		}
		if err := sc.yield(b); err != nil {
			return err
		}
	}
	return nil
}

// filter applies the predicates that columns can answer.
func (sc *scan) filter(p *piece) error {
	for _, pr := range sc.req.Equal {
		if p.rows() == 0 {
			return nil
		}
		switch {
		case pr.Op == block.Contains && pr.Column == block.Message:
			if err := p.keepHolders(pr.Values); err != nil {
				return err
			}
			continue
		case isPath(pr) && p.part.h.m.Tokens != nil: // letters are not escaped
			if err := p.keepWords(wordsOf(pr)); err != nil {
				return err
			}
			continue
		}
		if pr.Column != block.LogStream && (!slices.Contains(promoted, pr.Column) || !p.usable(pr.Column)) {
			continue
		}
		if pr.Op == block.Eq || pr.Op == block.In {
			may, err := p.mayHold(pr.Column, pr.Values)
			if err != nil {
				return err
			}
			if !may {
				p.keep(func(int) bool { return false })
				return nil
			}
		} else if slices.Contains(plainColumns, pr.Column) {
			continue // nearly every row passes
		}
		if _, err := p.keepText(pr.Column, matcher(pr)); err != nil {
			return err
		}
	}
	return nil
}

func matcher(pr block.Predicate) func(string, bool) bool {
	switch pr.Op {
	case block.Eq:
		return func(t string, has bool) bool { return has && t == pr.Values[0] }
	case block.Ne:
		return func(t string, has bool) bool { return !has || t != pr.Values[0] }
	case block.In:
		return func(t string, has bool) bool { return has && slices.Contains(pr.Values, t) }
	case block.Exists:
		return func(_ string, has bool) bool { return has }
	default:
		return func(string, bool) bool { return true }
	}
}

// block makes the block of the wanted rows a to b of a piece. It holds a
// reference of its own, since the query may load columns after Scan went on.
func (sc *scan) block(p *piece, a, b int) (*block.Block, error) {
	times, err := p.column(colTime)
	if err != nil {
		return nil, err
	}
	size, err := p.bytes(a, b)
	if err != nil {
		return nil, err
	}
	h := p.part.h
	h.acquire()
	l := &loader{p: p, a: a, b: b}
	return &block.Block{
		N: b - a,
		Columns: map[string]*block.Column{
			block.Timestamp: block.TimeColumn(times.ints[a:b:b]),
			block.Log:       block.ConstColumn(p.part.span.Account + ":" + p.part.span.Group),
		},
		Load:    l.load,
		Find:    l.find,
		Err:     func() error { return l.err },
		Base:    h.m.MinOrd + p.start + p.row(a),
		Bytes:   size,
		Release: h.release,
	}, nil
}

// loader reads columns of a block on demand.
type loader struct {
	p    *piece
	a, b int
	err  error
}

func (l *loader) load(name string) *block.Column {
	if l.err != nil {
		return nil
	}
	c, err := l.column(name)
	if err != nil {
		l.err = err
		return nil
	}
	return c
}

func (l *loader) find(name, text string) []block.Verdict {
	if name != block.Message || l.err != nil {
		return nil
	}
	v, err := l.p.find(text)
	if err != nil {
		l.err = err
	}
	if v == nil {
		return nil
	}
	return v[l.a:l.b]
}

func (l *loader) column(name string) (*block.Column, error) {
	switch name {
	case block.IngestionTime:
		v, err := l.p.column(colIngested)
		if err != nil {
			return nil, err
		}
		return block.TimeColumn(v.ints[l.a:l.b:l.b]), nil
	case block.Message:
		// The one large column is unpacked for this block alone.
		texts, err := l.p.messages(l.a, l.b)
		if err != nil {
			return nil, err
		}
		return block.StringColumn(texts, nil), nil
	case block.Ptr:
		return l.pointers()
	case block.LogStream:
		return l.slice(colStream)
	}
	if !slices.Contains(promoted, name) || !l.p.usable(name) {
		return nil, nil
	}
	c, err := l.slice(name)
	if err == nil && c != nil && name == boolColumn {
		c.Bool = true
	}
	return c, err
}

func (l *loader) slice(name string) (*block.Column, error) {
	v, err := l.p.column(name)
	if err != nil || v == nil {
		return nil, err
	}
	if v.codes != nil {
		return block.DictColumn(v.strs, v.codes[l.a:l.b:l.b]), nil
	}
	if v.present != nil {
		return block.StringColumn(v.strs[l.a:l.b:l.b], v.present[l.a:l.b:l.b]), nil
	}
	return block.StringColumn(v.strs[l.a:l.b:l.b], nil), nil
}

func (l *loader) pointers() (*block.Column, error) {
	ords, err := l.p.column(colOrd)
	if err != nil {
		return nil, err
	}
	times, err := l.p.column(colTime)
	if err != nil {
		return nil, err
	}
	out := make([]string, l.b-l.a)
	for i := range out {
		out[i] = Pointer(l.p.part.span.key(), Position{times.ints[l.a+i], ords.ints[l.a+i]})
	}
	return block.StringColumn(out, nil), nil
}

// tail yields the rows that are not sealed yet, a group at a time.
func (sc *scan) tail(send func(func() error) bool) bool {
	byKey := make(map[Key][]*Row)
	var keys []Key
	for _, r := range sc.view.tail {
		k := r.key()
		if byKey[k] == nil {
			keys = append(keys, k)
		}
		byKey[k] = append(byKey[k], r)
	}
	for _, k := range keys {
		rows := byKey[k]
		var chunks [][]*Row
		var size int64
		start := 0
		for i, r := range rows {
			if i > start && (i-start == block.MaxRows || size+int64(len(r.Message)) > blockBytes) {
				chunks = append(chunks, rows[start:i])
				start, size = i, 0
			}
			size += int64(len(r.Message))
		}
		chunks = append(chunks, rows[start:])
		if sc.req.NewestFirst {
			slices.Reverse(chunks)
		}
		for _, c := range chunks {
			if !send(func() error { return sc.yield(tailBlock(k, c)) }) {
				return false
			}
		}
	}
	return true
}

// tailBlock makes a block of rows in memory; promoted fields are left to the query.
func tailBlock(k Key, rows []*Row) *block.Block {
	times := make([]int64, len(rows))
	var size int64
	for i, r := range rows {
		times[i] = r.Time
		size += int64(len(r.Message))
	}
	strs := func(of func(*Row) string) *block.Column {
		out := make([]string, len(rows))
		for i, r := range rows {
			out[i] = of(r)
		}
		return block.StringColumn(out, nil)
	}
	return &block.Block{
		N: len(rows),
		Columns: map[string]*block.Column{
			block.Timestamp: block.TimeColumn(times),
			block.Log:       block.ConstColumn(k.Account + ":" + k.Group),
		},
		Load: func(name string) *block.Column {
			switch name {
			case block.Message:
				return strs(func(r *Row) string { return string(r.Message) })
			case block.LogStream:
				return strs(func(r *Row) string { return r.Stream })
			case block.Ptr:
				return strs(func(r *Row) string { return Pointer(k, Position{r.Time, r.Ord}) })
			case block.IngestionTime:
				ms := make([]int64, len(rows))
				for i, r := range rows {
					ms[i] = r.Ingested
				}
				return block.TimeColumn(ms)
			}
			return nil
		},
		// Rows of the tail come in order of arrival, so places count.
		Base:  rows[0].Ord,
		Bytes: size,
	}
}
