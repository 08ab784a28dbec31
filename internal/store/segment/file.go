package segment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/parquet-go/parquet-go"
)

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// handle is a segment with its readers.
type handle struct {
	s     *Store
	m     *Manifest
	spans map[Key]*Span

	refs int  // guarded by s.mu
	gone bool // guarded by s.mu: no manifest names it any more; remove with the last reader

	mu     sync.Mutex
	os     *os.File
	file   *parquet.File
	starts []int64 // first row of each row group, and the number of rows
}

func newHandle(s *Store, m *Manifest) *handle {
	h := &handle{s: s, m: m, spans: make(map[Key]*Span, len(m.Spans))}
	for i := range m.Spans {
		h.spans[m.Spans[i].key()] = &m.Spans[i]
	}
	return h
}

func (h *handle) path() string { return filepath.Join(h.s.dir, h.m.Name) }

// retain keeps the file while it is read. The caller holds s.mu or has a
// reference already and calls acquire.
func (h *handle) retain() {
	h.refs++
	if h.refs == 1 {
		if i := slices.Index(h.s.recent, h); i >= 0 {
			h.s.recent = slices.Delete(h.s.recent, i, i+1)
		}
	}
}

func (h *handle) acquire() {
	h.s.mu.Lock()
	h.retain()
	h.s.mu.Unlock()
}

// release gives a reference back; the last one of a removed segment deletes the file.
func (h *handle) release() {
	s := h.s
	var closing []*handle
	s.mu.Lock()
	h.refs--
	remove := h.refs == 0 && h.gone
	if h.refs == 0 && !h.gone {
		s.recent = append(s.recent, h)
		if n := len(s.recent) - s.opt.OpenFiles; n > 0 {
			closing = slices.Clone(s.recent[:n])
			s.recent = slices.Delete(s.recent, 0, n)
		}
	}
	s.mu.Unlock()
	for _, c := range closing {
		c.shutIdle()
	}
	if remove {
		h.remove()
	}
}

// retire marks a segment that no manifest names any more.
func (h *handle) retire() {
	s := h.s
	s.mu.Lock()
	h.gone = true
	remove := h.refs == 0
	if i := slices.Index(s.recent, h); i >= 0 {
		s.recent = slices.Delete(s.recent, i, i+1)
	}
	s.mu.Unlock()
	if remove {
		h.remove()
	}
}

func (h *handle) remove() {
	h.shut()
	if err := os.Remove(h.path()); err != nil && !os.IsNotExist(err) {
		h.s.opt.Log.Warn("segment file not removed; the next start will", "file", h.m.Name, "error", err)
	}
}

func (h *handle) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.os != nil {
		_ = h.os.Close()
		h.os, h.file = nil, nil
	}
}

// shutIdle closes the file unless a reader came in between; it takes the locks
// in the order file, store, as no one holds the store's lock while taking a file's.
func (h *handle) shutIdle() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.s.mu.Lock()
	busy := h.refs > 0
	h.s.mu.Unlock()
	if !busy && h.os != nil {
		_ = h.os.Close()
		h.os, h.file = nil, nil
	}
}

// open returns the file; the caller holds a reference.
func (h *handle) open() (*parquet.File, []int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file != nil {
		return h.file, h.starts, nil
	}
	f, err := os.Open(h.path())
	if err != nil {
		return nil, nil, fmt.Errorf("segment: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, nil, fmt.Errorf("segment: %w", err)
	}
	if info.Size() != h.m.Bytes {
		_ = f.Close()
		return nil, nil, fmt.Errorf("segment %s: has %d bytes, manifest says %d", h.m.Name, info.Size(), h.m.Bytes)
	}
	pf, err := openParquet(f, info.Size())
	if err != nil {
		_ = f.Close()
		return nil, nil, fmt.Errorf("segment %s: footer: %w", h.m.Name, err)
	}
	if pf.NumRows() != h.m.Rows {
		_ = f.Close()
		return nil, nil, fmt.Errorf("segment %s: has %d rows, manifest says %d", h.m.Name, pf.NumRows(), h.m.Rows)
	}
	starts := []int64{0}
	for _, g := range pf.RowGroups() {
		starts = append(starts, starts[len(starts)-1]+g.NumRows())
	}
	h.os, h.file, h.starts = f, pf, starts
	return pf, starts, nil
}

func openParquet(f *os.File, size int64) (pf *parquet.File, err error) {
	defer guard(&err)
	return parquet.OpenFile(f, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
		parquet.ReadBufferSize(64<<10))
}

// column finds a column's index in a file, which may have been written with
// fewer promoted columns.
func column(f *parquet.File, name string) (int, bool) {
	leaf, ok := f.Schema().Lookup(name)
	return leaf.ColumnIndex, ok
}
