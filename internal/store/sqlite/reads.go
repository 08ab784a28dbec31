package sqlite

import (
	"context"
	"errors"
	"hash/maphash"
	"iter"

	"github.com/cogtrail/cogtrail/internal/store"
)

// errRerun ends a run of fn that lost. fn may hide it: the run is lost all the same.
var errRerun = errors.New("transaction must run again")

const (
	firstPage = 16  // rows read at once when a scan begins
	nextPage  = 256 // and at the most when it goes on, each time four times as many
	// pageBytes bounds what a page holds when rows are large; one row more may follow.
	pageBytes = 4 << 20
)

// reader is the base of one run of an Update: committed rows, all as of commit
// number seen. A read that meets a newer state first moves seen forward, which
// needs that nothing read so far has changed; else the run is lost.
type reader struct {
	db    *DB
	ctx   context.Context
	seen  uint64
	reads readSet

	lost bool
	// lostTo is a row another transaction wrote, 0 if not known.
	lostTo uint64
}

func (db *DB) rowID(space string, key []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(db.seed)
	h.WriteString(space)
	h.WriteByte(0)
	h.Write(key)
	return h.Sum64()
}

// advance moves seen to the newest published commit, or loses the run.
func (r *reader) advance() error {
	if r.lost {
		return errRerun
	}
	if r.db.log.published.Load() == r.seen {
		return nil
	}
	l := r.db.log
	l.mu.RLock()
	defer l.mu.RUnlock()
	if id, found := l.conflict(&r.reads, r.seen); found {
		r.lost, r.lostTo = true, id
		return errRerun
	}
	r.seen = l.published.Load()
	return nil
}

// await waits until the batch that is being committed is decided.
func (r *reader) await(pending chan struct{}) error {
	if pending == nil {
		return nil
	}
	if hook := r.db.opts.awaiting; hook != nil {
		hook()
	}
	select {
	case <-pending:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// Get implements overlay.Base. The row is read first and admitted after: if no
// registered commit newer than seen wrote it, it is as it was at seen.
func (r *reader) Get(space string, key []byte) ([]byte, error) {
	id := r.db.rowID(space, key)
	l := r.db.log
	for {
		if err := r.advance(); err != nil {
			return nil, err
		}
		value, cached := r.db.cache.get(id, space, key)
		if !cached {
			var err error
			if value, err = r.db.readRow(r.ctx, space, key); err != nil {
				return nil, err
			}
		}
		l.mu.RLock()
		if l.floor > r.seen || l.last[id] > r.seen {
			pending := l.pending
			l.mu.RUnlock()
			if err := r.await(pending); err != nil {
				return nil, err
			}
			continue
		}
		if !cached {
			// Under the log's lock no newer commit can reach the cache first.
			r.db.cache.put(id, space, append([]byte(nil), key...), value)
		}
		l.mu.RUnlock()
		if r.reads.rows == nil {
			r.reads.rows = make(map[uint64]struct{}, 8)
		}
		r.reads.rows[id] = struct{}{}
		if value == nil {
			return nil, store.ErrNotFound
		}
		return value, nil
	}
}

// readRow reads from the file; nil when the row does not exist.
func (db *DB) readRow(ctx context.Context, space string, key []byte) ([]byte, error) {
	if !db.hasSpace(space) {
		return nil, nil
	}
	c, err := db.readers.get(ctx)
	if err != nil {
		return nil, err
	}
	defer db.readers.put(c)
	return c.get(space, key)
}

func (db *DB) readPage(ctx context.Context, space string, lo, hi []byte, reverse bool, max int) ([]store.KV, bool, error) {
	if !db.hasSpace(space) {
		return nil, false, nil
	}
	c, err := db.readers.get(ctx)
	if err != nil {
		return nil, false, err
	}
	defer db.readers.put(c)
	return c.page(space, lo, hi, reverse, max)
}

// Scan implements overlay.Base. It reads pages, so that no connection is held
// while the caller works, and puts into the read set only what was yielded.
func (r *reader) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		// Nothing of the range is read yet: it is empty at its beginning.
		seen := &keyRange{space: space, lo: notNil(lo), hi: notNil(lo)}
		if reverse {
			seen.lo, seen.hi = hi, hi
		}
		added := false
		for size := firstPage; ; size = min(4*size, nextPage) {
			page, more, err := r.page(space, lo, hi, reverse, size)
			if err != nil {
				yield(store.KV{}, err)
				return
			}
			asOf := r.seen
			for i, kv := range page {
				if reverse {
					seen.lo = kv.Key
				} else {
					seen.hi = after(kv.Key)
				}
				if !added {
					r.reads.ranges, added = append(r.reads.ranges, seen), true
				}
				if !yield(kv, nil) {
					return
				}
				if reverse {
					hi = kv.Key
				} else {
					lo = seen.hi
				}
				// The caller's own reads moved on: what is left of the page may be old.
				if r.seen != asOf && i+1 < len(page) {
					break
				}
			}
			// The knowledge that the page was the last may be old as well.
			if more || r.seen != asOf {
				continue
			}
			if reverse {
				seen.lo = notNil(lo)
			} else {
				seen.hi = hi
			}
			if !added {
				r.reads.ranges = append(r.reads.ranges, seen)
			}
			return
		}
	}
}

// page reads rows of a range as of seen.
func (r *reader) page(space string, lo, hi []byte, reverse bool, max int) ([]store.KV, bool, error) {
	l := r.db.log
	for {
		if err := r.advance(); err != nil {
			return nil, false, err
		}
		page, more, err := r.db.readPage(r.ctx, space, lo, hi, reverse, max)
		if err != nil {
			return nil, false, err
		}
		covered := keyRange{space: space, lo: notNil(lo), hi: hi}
		if more {
			if last := page[len(page)-1].Key; reverse {
				covered.lo = last
			} else {
				covered.hi = after(last)
			}
		}
		l.mu.RLock()
		_, newer := l.rangeConflict(&covered, r.seen)
		pending := l.pending
		l.mu.RUnlock()
		if !newer {
			return page, more, nil
		}
		if err := r.await(pending); err != nil {
			return nil, false, err
		}
	}
}

// after is the smallest key greater than key.
func after(key []byte) []byte { return append(append(make([]byte, 0, len(key)+1), key...), 0) }
