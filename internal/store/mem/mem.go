package mem

import (
	"context"
	"errors"
	"iter"
	"maps"
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

// DB is a store.State in memory.
type DB struct {
	update sync.Mutex // held while an Update runs

	mu      sync.Mutex // guards the rest
	spaces  snapshot   // replaced, never changed
	outbox  []store.Taken
	nextID  int64
	taken   int64
	closed  bool
	running sync.WaitGroup

	wake chan struct{}
}

var _ store.State = (*DB)(nil)

var errClosed = errors.New("state engine is closed")

// New returns an empty state.
func New() *DB { return &DB{wake: make(chan struct{}, 1), nextID: 1} }

// Reopen closes the state and returns a new opening of the same rows and of
// the records that were not settled.
func (db *DB) Reopen() *DB {
	_ = db.Close()
	again := &DB{wake: make(chan struct{}, 1), spaces: db.spaces, outbox: db.outbox, nextID: db.nextID}
	again.signal()
	return again
}

// snapshot is the base of a transaction.
type snapshot map[string]overlay.Map[[]byte]

// Get implements overlay.Base.
func (s snapshot) Get(space string, key []byte) ([]byte, error) {
	if v, ok := s[space].Get(key); ok {
		return v, nil
	}
	return nil, store.ErrNotFound
}

// Scan implements overlay.Base.
func (s snapshot) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		for k, v := range s[space].Range(lo, hi, reverse) {
			if !yield(store.KV{Key: k, Value: v}, nil) {
				return
			}
		}
	}
}

// Update implements store.State.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if _, err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	db.update.Lock()
	defer db.update.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := overlay.New(db.now())
	if err := fn(tx); err != nil {
		return err
	}
	if !tx.Empty() {
		db.commit(tx)
	}
	return nil
}

func (db *DB) commit(tx *overlay.Tx) {
	db.mu.Lock()
	defer db.mu.Unlock()
	next := maps.Clone(db.spaces)
	if next == nil {
		next = make(snapshot)
	}
	for _, w := range tx.Writes() {
		m := next[w.Space]
		if w.Delete {
			m.Delete(w.Key)
		} else {
			m.Put(w.Key, w.Value)
		}
		next[w.Space] = m
	}
	db.spaces = next
	if ids := tx.Settled(); len(ids) > 0 {
		gone := make(map[int64]bool, len(ids))
		for _, id := range ids {
			gone[id] = true
		}
		kept := make([]store.Taken, 0, len(db.outbox))
		for _, t := range db.outbox {
			if !gone[t.ID] {
				kept = append(kept, t)
			}
		}
		db.outbox = kept
	}
	for _, r := range tx.Records() {
		db.outbox = append(db.outbox, store.Taken{ID: db.nextID, Record: r})
		db.nextID++
	}
	if len(tx.Records()) > 0 {
		db.signal()
	}
}

// View implements store.State.
func (db *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	base, err := db.enter()
	if err != nil {
		return err
	}
	defer db.running.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(overlay.NewReadOnly(base))
}

// Take implements store.State.
func (db *DB) Take(ctx context.Context, max int) ([]store.Taken, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil, errClosed
	}
	var out []store.Taken
	for _, t := range db.outbox {
		if t.ID > db.taken && len(out) < max {
			out = append(out, t)
		}
	}
	if len(out) > 0 {
		db.taken = out[len(out)-1].ID
	}
	return out, nil
}

// Wake implements store.State.
func (db *DB) Wake() <-chan struct{} { return db.wake }

func (db *DB) signal() {
	select {
	case db.wake <- struct{}{}:
	default:
	}
}

// Close implements store.State.
func (db *DB) Close() error {
	db.mu.Lock()
	db.closed = true
	db.mu.Unlock()
	db.running.Wait()
	return nil
}

func (db *DB) enter() (snapshot, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil, errClosed
	}
	db.running.Add(1)
	return db.spaces, nil
}

func (db *DB) now() snapshot {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.spaces
}
