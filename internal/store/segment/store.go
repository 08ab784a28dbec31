package segment

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Options of a Store. The zero value means the defaults given at each field.
type Options struct {
	// TailRows and TailBytes bound what waits in memory: 100,000 rows and 256 MiB. A
	// single Append may go beyond by its own size.
	TailRows  int
	TailBytes int64
	// HistoryDays is how long Event history is visible: 90.
	HistoryDays int
	// OpenFiles bounds the files kept open without a reader: 256.
	OpenFiles int
	// Now is the clock: time.Now.
	Now func() time.Time
	Log *slog.Logger
}

func (o *Options) defaults() {
	if o.TailRows <= 0 {
		o.TailRows = 100_000
	}
	if o.TailBytes <= 0 {
		o.TailBytes = 256 << 20
	}
	if o.HistoryDays <= 0 {
		o.HistoryDays = 90
	}
	if o.OpenFiles <= 0 {
		o.OpenFiles = 256
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
}

// Store holds the log events of one data folder. All methods may be called
// concurrently; Append, Commit and Publish belong to one caller, the drainer.
type Store struct {
	state store.State
	dir   string
	opt   Options

	mu        sync.Mutex
	segments  []*handle // by order of arrival; replaced, never changed in place
	tail      []Row     // by order of arrival; only appended to, or replaced
	tailBytes int64
	nextOrd   int64
	room      chan struct{} // closed and replaced when the tail shrinks
	recent    []*handle     // open files without reader, least recently used first

	upkeep sync.Mutex // one compaction at a time
}

// Open reads the manifests and removes files below DIR/segments that none names.
// The caller holds the data folder's lock, so no other process writes there.
func Open(ctx context.Context, state store.State, dir string, opt Options) (*Store, error) {
	opt.defaults()
	s := &Store{state: state, dir: filepath.Join(dir, "segments"), opt: opt, room: make(chan struct{}), nextOrd: 1}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("segment folder: %w", err)
	}
	err := state.View(ctx, func(tx store.Tx) error {
		s.segments, s.nextOrd = nil, 1
		for m, err := range manifests.Scan(tx, nil, nil) {
			if err != nil {
				return fmt.Errorf("manifests: %w", err)
			}
			s.segments = append(s.segments, newHandle(s, m))
			s.nextOrd = max(s.nextOrd, m.MaxOrd+1)
		}
		c, err := counters.Get(tx, store.K("ord"))
		if err == nil {
			s.nextOrd = max(s.nextOrd, c.Next)
		}
		return ignoreMissing(err)
	})
	if err != nil {
		return nil, err
	}
	if err := s.sweep(); err != nil {
		return nil, err
	}
	return s, nil
}

// sweep removes what a crash left: temporary files and files without manifest.
func (s *Store) sweep() error {
	known := make(map[string]bool, len(s.segments))
	for _, h := range s.segments {
		known[h.m.Name] = true
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("segment folder: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		ours := strings.HasSuffix(name, fileSuffix) || strings.HasSuffix(name, fileSuffix+tempSuffix)
		if e.IsDir() || known[name] || !ours {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			return fmt.Errorf("file without manifest: %w", err)
		}
		s.opt.Log.Info("removed segment file without manifest", "file", name)
	}
	return nil
}

// Close closes the open files. Running readers fail.
func (s *Store) Close() error {
	s.mu.Lock()
	segments := s.segments
	s.segments, s.tail, s.recent = nil, nil, nil
	s.mu.Unlock()
	for _, h := range segments {
		h.shut()
	}
	return nil
}

func (s *Store) now() int64 { return s.opt.Now().UnixMilli() }

// Append makes rows visible to readers at once and returns them with their order
// of arrival; they are lost with the process unless sealed. It does not refuse a
// full tail: ask Full, wait with WaitRoom.
func (s *Store) Append(rows []Row) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	start := len(s.tail)
	for _, r := range rows {
		r.Ord = s.nextOrd
		s.nextOrd++
		s.tailBytes += r.cost()
		s.tail = append(s.tail, r)
	}
	return s.tail[start:len(s.tail):len(s.tail)]
}

// Full tells that the tail has reached a bound of Options.
func (s *Store) Full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.full()
}

func (s *Store) full() bool {
	return len(s.tail) >= s.opt.TailRows || s.tailBytes >= s.opt.TailBytes
}

// WaitRoom returns when the tail is not full, or ctx's error.
func (s *Store) WaitRoom(ctx context.Context) error {
	for {
		s.mu.Lock()
		full, room := s.full(), s.room
		s.mu.Unlock()
		if !full {
			return ctx.Err()
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Commit writes the manifest row of a sealed file.
func (s *Store) Commit(tx store.Tx, m Manifest) error {
	if err := manifests.Insert(tx, &m); err != nil {
		return fmt.Errorf("manifest %s: %w", m.Name, err)
	}
	return counters.Put(tx, &counter{Next: m.MaxOrd + 1})
}

// Committed tells whether the manifest's row exists, for the caller whose commit
// ended with [store.ErrUnknown].
func (s *Store) Committed(ctx context.Context, m Manifest) (bool, error) {
	var has bool
	err := s.state.View(ctx, func(tx store.Tx) error {
		var err error
		has, err = manifests.Has(tx, store.K(m.Name))
		return err
	})
	return has, err
}

// Publish puts the segment of a committed manifest in the place of the first n
// rows of the tail, which it holds, in one step for readers.
func (s *Store) Publish(m Manifest, n int) {
	h := newHandle(s, &m)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = append(s.segments[:len(s.segments):len(s.segments)], h)
	for i := range s.tail[:n] {
		s.tailBytes -= s.tail[i].cost()
	}
	s.tail = append(make([]Row, 0, len(s.tail)-n), s.tail[n:]...)
	close(s.room)
	s.room = make(chan struct{})
}

// Discard removes a sealed file that will not be committed.
func (s *Store) Discard(m Manifest) error {
	if err := os.Remove(filepath.Join(s.dir, m.Name)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("discard segment: %w", err)
	}
	return nil
}

// Stats are sizes of a store.
type Stats struct {
	Segments     int
	SegmentRows  int64
	SegmentBytes int64 // on disk
	RawBytes     int64 // messages of the segments
	TailRows     int
	TailBytes    int64
}

// Stats returns the sizes at this moment.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Stats{Segments: len(s.segments), TailRows: len(s.tail), TailBytes: s.tailBytes}
	for _, h := range s.segments {
		st.SegmentRows += h.m.Rows
		st.SegmentBytes += h.m.Bytes
		st.RawBytes += h.m.RawBytes
	}
	return st
}

// GroupSize returns the rows and the bytes of messages kept for a group: what
// DescribeLogGroups calls storedBytes. Rows hidden by marks count until they are gone.
func (s *Store) GroupSize(k Key) (rows, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.segments {
		if span, ok := h.spans[k]; ok {
			rows += span.Rows
			bytes += span.RawBytes
		}
	}
	for i := range s.tail {
		if s.tail[i].key() == k {
			rows++
			bytes += int64(len(s.tail[i].Message))
		}
	}
	return rows, bytes
}
