package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

// snapshot is the base of a View: one connection inside a read transaction.
type snapshot struct {
	db *DB
	c  *conn
}

// View implements store.State. fn sees one read snapshot of SQLite, which
// holds every commit acknowledged before View was called. It waits for one of a
// bounded number of connections: do not nest Views.
func (db *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	c, err := db.viewers.get(ctx)
	if err != nil {
		return err
	}
	defer func() {
		// A connection that stays in its snapshot would show it for ever.
		if c.exec("ROLLBACK") != nil {
			db.viewers.drop(c)
		} else {
			db.viewers.put(c)
		}
	}()
	if err := c.exec("BEGIN"); err != nil {
		return fmt.Errorf("begin of view: %w", err)
	}
	// The snapshot begins with the first read.
	if err := c.query("SELECT value FROM meta WHERE name='schema'", func([]driver.Value) bool { return true }); err != nil {
		return fmt.Errorf("begin of view: %w", err)
	}
	return fn(overlay.NewReadOnly(&snapshot{db: db, c: c}))
}

// Get implements overlay.Base.
func (s *snapshot) Get(space string, key []byte) ([]byte, error) {
	if !s.db.hasSpace(space) {
		return nil, store.ErrNotFound
	}
	value, err := s.c.get(space, key)
	if err == nil && value == nil {
		err = store.ErrNotFound
	}
	return value, err
}

// Scan implements overlay.Base.
func (s *snapshot) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		if !s.db.hasSpace(space) {
			return
		}
		for size := firstPage; ; size = min(4*size, nextPage) {
			page, more, err := s.c.page(space, lo, hi, reverse, size)
			if err != nil {
				yield(store.KV{}, err)
				return
			}
			for _, kv := range page {
				if !yield(kv, nil) {
					return
				}
			}
			if !more {
				return
			}
			if last := page[len(page)-1].Key; reverse {
				hi = last
			} else {
				lo = after(last)
			}
		}
	}
}
