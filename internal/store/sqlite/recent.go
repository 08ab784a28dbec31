package sqlite

import (
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of what recent holds. Beyond them it lets go of everything.
const (
	maxRecent      = 8192 // records
	maxRecentBytes = 16 << 20
)

// recent holds the records committed last, so that one who takes them at once
// need not read them back from the file. It never says what it does not know:
// a taker that fell behind, or comes after a failed commit, reads the file.
type recent struct {
	mu      sync.Mutex
	records []store.Taken // ids follow one another
	bytes   int
	next    int64 // the id that the next record will have; 0: not known
}

// add takes over records just committed.
func (r *recent) add(rs []store.Taken) {
	if len(rs) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range rs {
		r.bytes += len(t.Data)
	}
	switch {
	case rs[0].ID != r.next, len(r.records)+len(rs) > maxRecent, r.bytes > maxRecentBytes:
		r.records, r.bytes = nil, 0
	default:
		r.records = append(r.records, rs...)
	}
	r.next = rs[len(rs)-1].ID + 1
}

// forget follows a commit of which it is not known what is in the file.
func (r *recent) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records, r.bytes, r.next = nil, 0, 0
}

// take returns up to max records behind the one taken last; ok is false if only
// the file knows them.
func (r *recent) take(taken int64, max int) (out []store.Taken, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.next - int64(len(r.records))
	if skip := taken + 1 - first; skip > 0 && skip <= int64(len(r.records)) {
		r.drop(int(skip)) // read from the file meanwhile
	} else if skip != 0 {
		return nil, false
	}
	n := min(max, len(r.records))
	if n == 0 {
		return nil, true
	}
	out = r.records[:n:n]
	r.drop(n)
	return out, true
}

// drop lets go of the first n records.
func (r *recent) drop(n int) {
	for _, t := range r.records[:n] {
		r.bytes -= len(t.Data)
	}
	if r.records = r.records[n:]; len(r.records) == 0 {
		r.records = nil // the array belongs to the taker
	}
}
