package segment

import (
	"cmp"
	"context"
	"slices"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/parquet-go/parquet-go"
)

// view is what one reader sees: the segments and tail rows of some groups at one
// moment. It holds references; close gives them back.
type view struct {
	parts []part
	tail  []*Row
	vis   map[Key]*visibility
}

// part is the range of rows of one group in one segment.
type part struct {
	h    *handle
	span *Span
	vis  *visibility
}

// view collects what of the groups lies between from (inclusive) and to
// (exclusive), milliseconds, without what is hidden as a whole.
func (s *Store) view(ctx context.Context, keys []Key, from, to int64) (*view, error) {
	v := &view{vis: make(map[Key]*visibility, len(keys))}
	now := s.now()
	err := s.state.View(ctx, func(tx store.Tx) error {
		for _, k := range keys {
			vis, err := readVisibility(tx, k, now, s.opt.HistoryDays)
			if err != nil {
				return err
			}
			v.vis[k] = &vis
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	for _, h := range s.segments {
		for k, vis := range v.vis {
			span, ok := h.spans[k]
			if !ok || span.MaxTime < from || span.MinTime >= to || vis.spanGone(span) {
				continue
			}
			h.retain()
			v.parts = append(v.parts, part{h, span, vis})
		}
	}
	tail := s.tail
	s.mu.Unlock()
	for i := range tail {
		r := &tail[i]
		if r.Time < from || r.Time >= to {
			continue
		}
		if vis := v.vis[r.key()]; vis != nil && r.Time >= vis.minTime && !vis.hides(r.Stream, r.Ingested) {
			v.tail = append(v.tail, r)
		}
	}
	return v, nil
}

func (v *view) close() {
	for _, p := range v.parts {
		p.h.release()
	}
	v.parts = nil
}

// order sorts the parts by time.
func (v *view) order(newestFirst bool) {
	slices.SortStableFunc(v.parts, func(a, b part) int {
		if newestFirst {
			return cmp.Compare(b.span.MaxTime, a.span.MaxTime)
		}
		return cmp.Compare(a.span.MinTime, b.span.MinTime)
	})
}

// pieces cuts a part at the borders of row groups, leaving out row groups whose
// times lie outside. lo and hi are rows of the row group.
func (p *part) pieces(from, to int64, newestFirst bool) ([]piece, error) {
	file, starts, err := p.h.open()
	if err != nil {
		return nil, err
	}
	col, _ := column(file, colTime)
	groups := file.RowGroups()
	var out []piece
	first, last := p.span.First, p.span.First+p.span.Rows
	at, _ := slices.BinarySearch(starts, first+1)
	for g := at - 1; g < len(groups) && starts[g] < last; g++ {
		if b, ok := groups[g].ColumnChunks()[col].(interface {
			Bounds() (lo, hi parquet.Value, ok bool)
		}); ok {
			if lo, hi, ok := b.Bounds(); ok && (hi.Int64() < from || lo.Int64() >= to) {
				continue
			}
		}
		out = append(out, piece{part: p, file: file, group: groups[g], index: g, start: starts[g],
			lo: max(0, first-starts[g]), hi: min(starts[g+1], last) - starts[g]})
	}
	if newestFirst {
		slices.Reverse(out)
	}
	return out, nil
}
