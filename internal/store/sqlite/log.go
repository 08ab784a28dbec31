package sqlite

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

// commitLog knows which rows the newest commits wrote. Commits that write rows
// are numbered 1, 2, 3…; number n is published when the file, the cache and the
// log all hold it. A registered number above published is being committed.
//
// Rows are known by a 64-bit hash of space and key: a collision costs a needless
// second run of a transaction, never a missed conflict.
type commitLog struct {
	published atomic.Uint64

	mu      sync.RWMutex
	last    map[uint64]uint64 // row id -> newest registered commit that wrote it
	spaces  map[string]uint64 // the same by space, for ranges
	floor   uint64            // commits up to floor were forgotten
	entries [][]loggedKey     // of commit floor+1, floor+2, …
	keys    int               // in entries
	maxKeys int
	pending chan struct{} // closed when the batch being committed is decided
}

type loggedKey struct {
	id    uint64
	space string
	key   []byte
}

func newCommitLog(maxKeys int) *commitLog {
	return &commitLog{last: make(map[uint64]uint64), spaces: make(map[string]uint64), maxKeys: maxKeys}
}

// readSet is what a transaction read: rows and ranges of keys.
type readSet struct {
	rows   map[uint64]struct{}
	ranges []*keyRange
}

// keyRange is lo <= key < hi; a nil hi means no bound. It grows as a scan goes on.
type keyRange struct {
	space  string
	lo, hi []byte
}

func (r *readSet) empty() bool { return len(r.rows) == 0 && len(r.ranges) == 0 }

func (k *keyRange) holds(space string, key []byte) bool {
	return k.space == space && bytes.Compare(key, k.lo) >= 0 && (k.hi == nil || bytes.Compare(key, k.hi) < 0)
}

// conflict tells whether a commit newer than since wrote into the read set, and
// the id of such a row. The caller holds mu.
func (l *commitLog) conflict(r *readSet, since uint64) (id uint64, found bool) {
	if r.empty() {
		return 0, false
	}
	if l.floor > since {
		return 0, true
	}
	for id := range r.rows {
		if l.last[id] > since {
			return id, true
		}
	}
	for _, k := range r.ranges {
		if id, found := l.rangeConflict(k, since); found {
			return id, true
		}
	}
	return 0, false
}

func (l *commitLog) rangeConflict(k *keyRange, since uint64) (id uint64, found bool) {
	if l.floor > since {
		return 0, true
	}
	if l.spaces[k.space] <= since {
		return 0, false
	}
	for _, keys := range l.entries[since-l.floor:] {
		for i := range keys {
			if k.holds(keys[i].space, keys[i].key) {
				return keys[i].id, true
			}
		}
	}
	return 0, false
}

// register gives the next commit number to a set of writes. The caller holds mu.
func (l *commitLog) register(writes []overlay.Write, ids []uint64) {
	n := l.floor + uint64(len(l.entries)) + 1
	keys := make([]loggedKey, len(writes))
	for i, w := range writes {
		keys[i] = loggedKey{id: ids[i], space: w.Space, key: w.Key}
		l.last[ids[i]] = n
		l.spaces[w.Space] = n
	}
	l.entries = append(l.entries, keys)
	l.keys += len(keys)
}

// publish ends the batch: all registered numbers are published. A failed batch
// is published as well, since a number without effect harms nobody.
func (l *commitLog) publish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.published.Store(l.floor + uint64(len(l.entries)))
	drop := 0
	for l.keys > l.maxKeys && drop < len(l.entries) {
		for _, k := range l.entries[drop] {
			if l.last[k.id] == l.floor+uint64(drop)+1 {
				delete(l.last, k.id)
			}
		}
		l.keys -= len(l.entries[drop])
		drop++
	}
	if drop > 0 {
		// The log stays at its bound under load: move in large steps.
		clear(l.entries[:drop])
		l.entries = l.entries[drop:]
		l.floor += uint64(drop)
	}
	if l.pending != nil {
		close(l.pending)
		l.pending = nil
	}
}
