package segment

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of compaction.
const (
	// fanIn is how many neighbours of like size are merged at once.
	fanIn = 16
	// maxMergedRaw and maxMergedRows bound a merged segment.
	maxMergedRaw  = 512 << 20
	maxMergedRows = 400_000
	// maxSpans bounds the manifest of a merged segment.
	maxSpans = 20_000
	// purgeAfter is how long rows of a deleted group, or rows older than the retention, may stay on disk in a segment that has
	// no other reason to be rewritten. A segment is so rewritten at most once in that time for the same group's retention.
	purgeAfter = 24 * time.Hour
	// mergeRows and mergeBytes bound what of each input is in memory, besides the small columns of a row group.
	mergeRows  = 1024
	mergeBytes = 8 << 20
	// groupBytes ends a row group of large messages early.
	groupBytes = 64 << 20
	// maxPruned bounds the marks forgotten by one transaction.
	maxPruned = 1000
)

// RunUpkeep compacts until ctx ends: whenever every elapses, as long as there is
// something to do. Failures are logged and tried again at the next turn.
func (s *Store) RunUpkeep(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		for {
			more, err := s.Compact(ctx)
			if err != nil && ctx.Err() == nil {
				s.opt.Log.Warn("compaction failed; it will be tried again", "error", err)
			}
			if err != nil || !more {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Compact does one step of upkeep: it merges neighbouring segments of like size,
// or rewrites one that holds many hidden rows, and tells whether it did something.
func (s *Store) Compact(ctx context.Context) (bool, error) {
	s.upkeep.Lock()
	defer s.upkeep.Unlock()
	hidden, _, err := s.hidden(ctx)
	if err != nil {
		return false, err
	}
	run := s.choose(hidden)
	if len(run) == 0 {
		return false, s.pruneMarks(ctx)
	}
	defer func() {
		for _, h := range run {
			h.release()
		}
	}()
	return true, s.merge(ctx, run)
}

// hidden reads the marks of all groups that segments hold, and tells the time
// for which they are right.
func (s *Store) hidden(ctx context.Context) (map[Key]*visibility, int64, error) {
	s.mu.Lock()
	segments := s.segments
	s.mu.Unlock()
	out := make(map[Key]*visibility)
	now := s.now()
	err := s.state.View(ctx, func(tx store.Tx) error {
		for _, h := range segments {
			for k := range h.spans {
				if out[k] != nil {
					continue
				}
				v, err := readVisibility(tx, k, now, s.opt.HistoryDays)
				if err != nil {
					return err
				}
				out[k] = &v
			}
		}
		return nil
	})
	return out, now, err
}

// tier groups segments by size: each is fanIn times the one below.
func tier(rows int64) int {
	t := 0
	for n := int64(64); n < rows; n *= fanIn {
		t++
	}
	return t
}

// choose returns neighbours to merge, retained, or nothing.
func (s *Store) choose(hidden map[Key]*visibility) []*handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	retained := func(run []*handle) []*handle {
		run = slices.Clone(run)
		for _, h := range run {
			h.retain()
		}
		return run
	}
	for i, h := range s.segments {
		if s.wasteful(h, hidden) {
			return retained(s.segments[i : i+1])
		}
	}
	// A run of fanIn neighbours none of which is larger than the run's first tier.
	for t := 0; t < 16; t++ {
		start := 0
		var raw, rows int64
		spans := 0
		for i := 0; i < len(s.segments); i++ {
			h := s.segments[i]
			if tier(h.m.Rows) > t {
				start, raw, rows, spans = i+1, 0, 0, 0
				continue
			}
			raw, rows, spans = raw+h.m.RawBytes, rows+h.m.Rows, spans+len(h.m.Spans)
			if raw > maxMergedRaw || rows > maxMergedRows || spans > maxSpans {
				if i-start >= 2 && (rows-h.m.Rows > maxMergedRows/2 || raw-h.m.RawBytes > maxMergedRaw/2) {
					return retained(s.segments[start:i]) // full enough for good
				}
				start, raw, rows, spans = i, h.m.RawBytes, h.m.Rows, len(h.m.Spans)
				continue
			}
			if i-start+1 == fanIn {
				return retained(s.segments[start : i+1])
			}
		}
	}
	return nil
}

// wasteful tells that a segment is worth rewriting for its hidden rows alone.
func (s *Store) wasteful(h *handle, hidden map[Key]*visibility) bool {
	var rows int64
	for k, span := range h.spans {
		v := hidden[k]
		if v == nil {
			continue
		}
		if v.spanGone(span) {
			rows += span.Rows
		}
		if s.overdue(h, span, v.deleted) || span.MinTime < v.minTime-purgeAfter.Milliseconds() {
			return true
		}
		for _, at := range v.streams {
			if s.overdue(h, span, at) {
				return true
			}
		}
	}
	return rows*2 >= h.m.Rows
}

// overdue tells that a deletion is to be carried out in a segment.
func (s *Store) overdue(h *handle, span *Span, deleted int64) bool {
	return deleted > 0 && deleted < s.now()-purgeAfter.Milliseconds() && h.m.MarksAt <= deleted && span.MinIngested <= deleted
}

// pruneMarks forgets deletions that no row on disk or in memory needs any more.
func (s *Store) pruneMarks(ctx context.Context) error {
	old := s.now() - 2*purgeAfter.Milliseconds()
	var stale []*Mark
	err := s.state.View(ctx, func(tx store.Tx) error {
		stale = nil
		for m, err := range marks.Scan(tx, nil, nil) {
			if err != nil {
				return fmt.Errorf("marks: %w", err)
			}
			if m.Deleted > 0 && m.Deleted < old && !s.needed(m) {
				if stale = append(stale, m); len(stale) == maxPruned {
					return nil
				}
			}
		}
		return nil
	})
	if err != nil || len(stale) == 0 {
		return err
	}
	return s.state.Update(ctx, func(tx store.Tx) error {
		for _, m := range stale {
			now, err := mark(tx, m.Account, m.Region, m.Group, m.Stream)
			if err != nil {
				return err
			}
			if now.Deleted != m.Deleted {
				continue // deleted again in between
			}
			if now.Deleted = 0; now.RetainDays > 0 {
				err = marks.Put(tx, now)
			} else {
				err = ignoreMissing(marks.Delete(tx, marks.Key(now)))
			}
			if err != nil {
				return fmt.Errorf("prune mark of group %s: %w", m.Group, err)
			}
		}
		return nil
	})
}

// needed tells that a row may still be hidden by a mark.
func (s *Store) needed(m *Mark) bool {
	k := Key{m.Account, m.Region, m.Group}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.segments {
		if span, ok := h.spans[k]; ok && span.MinIngested <= m.Deleted && h.m.MarksAt <= m.Deleted {
			return true
		}
	}
	for i := range s.tail {
		if r := &s.tail[i]; r.Ingested <= m.Deleted && r.key() == k {
			return true
		}
	}
	return false
}

// merge replaces segments by one without their hidden rows.
func (s *Store) merge(ctx context.Context, run []*handle) error {
	vis, at, err := s.hidden(ctx)
	if err != nil {
		return err
	}
	m, err := s.produce(ctx, run[0].m.MinOrd, func(w *fileWriter) error { return mergeInto(ctx, w, run, vis) })
	if err != nil {
		return fmt.Errorf("merge segments: %w", err)
	}
	m.MarksAt = at
	empty := m.Rows == 0
	if empty {
		if err := s.Discard(m); err != nil {
			return err
		}
	}
	err = s.state.Update(ctx, func(tx store.Tx) error {
		for _, h := range run {
			if err := manifests.Delete(tx, store.K(h.m.Name)); err != nil {
				return fmt.Errorf("manifest %s: %w", h.m.Name, err)
			}
		}
		if empty {
			return nil
		}
		return manifests.Insert(tx, &m)
	})
	if errors.Is(err, store.ErrUnknown) && !empty {
		var has bool
		if has, err = s.Committed(ctx, m); err == nil && !has {
			err = store.ErrConflict
		}
	}
	if err != nil {
		if !empty && !errors.Is(err, store.ErrUnknown) {
			_ = s.Discard(m)
		}
		return fmt.Errorf("swap of merged segments: %w", err)
	}
	s.swap(run, m, empty)
	return nil
}

// swap changes the segments for readers in one step.
func (s *Store) swap(run []*handle, m Manifest, empty bool) {
	s.mu.Lock()
	next := make([]*handle, 0, len(s.segments))
	for _, h := range s.segments {
		if h == run[0] && !empty {
			next = append(next, newHandle(s, &m))
		}
		if !slices.Contains(run, h) {
			next = append(next, h)
		}
	}
	s.segments = next
	s.mu.Unlock()
	for _, h := range run {
		h.retire()
	}
}

// input reads the rows of a segment in their order, a few at a time.
type input struct {
	parts []part
	piece *piece
	todo  []piece
	cuts  [][2]int // of piece, not read yet
	rows  []Row
}

// head returns the current row, or nil at the end.
func (in *input) head() (*Row, error) {
	for len(in.rows) == 0 {
		switch {
		case len(in.cuts) > 0:
			p, cut := in.piece, in.cuts[0]
			in.cuts = in.cuts[1:]
			rows, err := p.materialise(p.part.span.key(), cut[0], cut[1])
			if err != nil {
				return nil, err
			}
			sizes, err := p.column(colSize)
			if err != nil {
				return nil, err
			}
			for i := range rows {
				if v := p.part.vis; rows[i].Time < v.minTime || v.hides(rows[i].Stream, rows[i].Ingested) {
					continue
				}
				// What is put together wrongly must not be kept for good: the segment it came from would be gone.
				if n := len(rows[i].Message); int64(n) != sizes.ints[cut[0]+i] {
					return nil, fmt.Errorf("segment %s: message of %d bytes has %d", p.part.h.m.Name, sizes.ints[cut[0]+i], n)
				}
				in.rows = append(in.rows, rows[i])
			}
		case len(in.todo) > 0:
			if in.piece != nil {
				in.piece.read = nil // the pieces of a part lie together, so it would stay until the last is read
			}
			in.piece, in.todo = &in.todo[0], in.todo[1:]
			var err error
			if in.cuts, err = in.piece.cuts(mergeRows, mergeBytes); err != nil {
				return nil, err
			}
		case len(in.parts) > 0:
			var err error
			const forever = 1<<63 - 1
			if in.todo, err = in.parts[0].pieces(-forever, forever, false); err != nil {
				return nil, err
			}
			in.parts = in.parts[1:]
		default:
			return nil, nil
		}
	}
	return &in.rows[0], nil
}

// inputs is a heap by the order of a file.
type inputs []*input

func (h inputs) Len() int      { return len(h) }
func (h inputs) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h inputs) Less(i, j int) bool {
	a, b := &h[i].rows[0], &h[j].rows[0]
	if c := a.key().compare(b.key()); c != 0 {
		return c < 0
	}
	if c := cmp.Compare(a.Time, b.Time); c != 0 {
		return c < 0
	}
	return a.Ord < b.Ord
}
func (h *inputs) Push(x any) { *h = append(*h, x.(*input)) }
func (h *inputs) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// mergeInto writes the visible rows of segments in the order of a file.
func mergeInto(ctx context.Context, w *fileWriter, run []*handle, vis map[Key]*visibility) error {
	var h inputs
	for _, seg := range run {
		in := &input{}
		for i := range seg.m.Spans {
			span := &seg.m.Spans[i]
			if v := vis[span.key()]; !v.spanGone(span) {
				in.parts = append(in.parts, part{seg, span, v})
			}
		}
		row, err := in.head()
		if err != nil {
			return err
		}
		if row != nil {
			h = append(h, in)
		}
	}
	heap.Init(&h)
	groups := [][]*Row{nil}
	size := 0 // messages of the last group
	flush := func() error {
		err := w.write(ctx, groups)
		groups = [][]*Row{nil}
		return err
	}
	for len(h) > 0 {
		in := h[0]
		last := len(groups) - 1
		groups[last] = append(groups[last], new(in.rows[0]))
		size += len(in.rows[0].Message)
		if len(groups[last]) == groupRows || size >= groupBytes {
			size = 0
			if len(groups) == 2 { // two row groups at a time, for two cores
				if err := flush(); err != nil {
					return err
				}
			} else {
				groups = append(groups, nil)
			}
		}
		in.rows = in.rows[1:]
		row, err := in.head()
		if err != nil {
			return err
		}
		if row == nil {
			heap.Pop(&h)
		} else {
			heap.Fix(&h, 0)
		}
	}
	if n := len(groups); len(groups[n-1]) == 0 {
		groups = groups[:n-1]
	}
	return w.write(ctx, groups)
}
