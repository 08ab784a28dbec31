package overlay

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Base gives the committed rows below a transaction.
type Base interface {
	// Get returns the value at key, or store.ErrNotFound.
	Get(space string, key []byte) ([]byte, error)
	// Scan yields the rows with lo <= key < hi (nil hi: no bound).
	Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error]
}

// Write is one buffered change of a row.
type Write struct {
	Space  string
	Key    []byte
	Value  []byte // never nil unless Delete
	Delete bool
}

type entry struct {
	value   []byte
	deleted bool
}

// Tx implements store.Tx by buffering. It is used by one goroutine.
type Tx struct {
	base     Base
	readOnly bool
	spaces   map[string]Map[entry]
	rows     int
	records  []store.Record
	settled  []int64
}

var _ store.Tx = (*Tx)(nil)

// New returns a transaction without writes over base.
func New(base Base) *Tx { return &Tx{base: base} }

// NewReadOnly returns a transaction that panics when written through.
func NewReadOnly(base Base) *Tx { return &Tx{base: base, readOnly: true} }

// Get implements store.Tx.
func (t *Tx) Get(space string, key []byte) ([]byte, error) {
	if m, ok := t.spaces[space]; ok {
		if e, ok := m.Get(key); ok {
			if e.deleted {
				return nil, store.ErrNotFound
			}
			return e.value, nil
		}
	}
	return t.base.Get(space, key)
}

// Put implements store.Tx. It keeps copies of key and value.
func (t *Tx) Put(space string, key, value []byte) error {
	if len(value) > store.MaxRowBytes {
		return fmt.Errorf("row of %s: %d bytes are more than %d", space, len(value), store.MaxRowBytes)
	}
	return t.write(space, key, entry{value: append(make([]byte, 0, len(value)), value...)})
}

// Delete implements store.Tx.
func (t *Tx) Delete(space string, key []byte) error {
	return t.write(space, key, entry{deleted: true})
}

func (t *Tx) write(space string, key []byte, e entry) error {
	t.mayWrite()
	if len(key) > store.MaxKeyBytes {
		return fmt.Errorf("key in %s: %d bytes are more than %d", space, len(key), store.MaxKeyBytes)
	}
	m := t.spaces[space]
	before := m.Len()
	m.Put(append(make([]byte, 0, len(key)), key...), e)
	if m.Len() > before {
		if t.rows >= store.MaxWrites {
			return fmt.Errorf("transaction writes more than %d rows", store.MaxWrites)
		}
		t.rows++
	}
	if t.spaces == nil {
		t.spaces = make(map[string]Map[entry])
	}
	t.spaces[space] = m
	return nil
}

// Scan implements store.Tx.
func (t *Tx) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		if hi != nil && bytes.Compare(lo, hi) >= 0 {
			return
		}
		own := cursor{m: t.spaces[space], lo: lo, hi: hi, reverse: reverse}
		if !own.next() {
			t.base.Scan(space, lo, hi, reverse)(yield)
			return
		}
		for kv, err := range t.base.Scan(space, lo, hi, reverse) {
			if err != nil {
				yield(store.KV{}, err)
				return
			}
			hidden := false
			for own.ok {
				c := bytes.Compare(own.key, kv.Key)
				if reverse {
					c = -c
				}
				if c > 0 {
					break
				}
				hidden = c == 0
				if !own.yield(yield) {
					return
				}
			}
			if !hidden && !yield(kv, nil) {
				return
			}
		}
		for own.ok {
			if !own.yield(yield) {
				return
			}
		}
	}
}

// cursor walks the own writes of a range in a snapshot.
type cursor struct {
	m       Map[entry]
	lo, hi  []byte
	reverse bool
	started bool

	key []byte
	val entry
	ok  bool
}

func (c *cursor) next() bool {
	switch {
	case c.m.Len() == 0:
		c.ok = false
	case c.reverse:
		hi := c.hi
		if c.started {
			hi = c.key
		}
		c.key, c.val, c.ok = c.m.Below(hi)
		c.ok = c.ok && bytes.Compare(c.key, c.lo) >= 0
	default:
		lo := c.lo
		if c.started {
			lo = c.key
		}
		c.key, c.val, c.ok = c.m.Ceil(lo, c.started)
		c.ok = c.ok && (c.hi == nil || bytes.Compare(c.key, c.hi) < 0)
	}
	c.started = true
	return c.ok
}

// yield gives the row the cursor is at, unless it is a deletion, and moves on.
func (c *cursor) yield(yield func(store.KV, error) bool) bool {
	if !c.val.deleted && !yield(store.KV{Key: c.key, Value: c.val.value}, nil) {
		return false
	}
	c.next()
	return true
}

// Append implements store.Tx.
func (t *Tx) Append(r store.Record) {
	t.mayWrite()
	t.records = append(t.records, r)
}

// Settle implements store.Tx.
func (t *Tx) Settle(ids []int64) {
	t.mayWrite()
	t.settled = append(t.settled, ids...)
}

// Savepoint implements store.Tx. It costs a copy of the list of spaces.
func (t *Tx) Savepoint(fn func() error) error {
	t.mayWrite()
	spaces, rows, records, settled := maps.Clone(t.spaces), t.rows, len(t.records), len(t.settled)
	err := fn()
	if err != nil {
		t.spaces, t.rows = spaces, rows
		t.records, t.settled = t.records[:records:records], t.settled[:settled:settled]
	}
	return err
}

func (t *Tx) mayWrite() {
	if t.readOnly {
		panic("BUG: store: write through the Tx of a View")
	}
}

// Empty tells whether the transaction leaves nothing to commit.
func (t *Tx) Empty() bool {
	return t.rows == 0 && len(t.records) == 0 && len(t.settled) == 0
}

// Writes returns the buffered changes by space and key, each row once.
func (t *Tx) Writes() []Write {
	out := make([]Write, 0, t.rows)
	for _, space := range slices.Sorted(maps.Keys(t.spaces)) {
		c := cursor{m: t.spaces[space]}
		for c.next(); c.ok; c.next() {
			out = append(out, Write{Space: space, Key: c.key, Value: c.val.value, Delete: c.val.deleted})
		}
	}
	return out
}

// Records returns the appended records in order.
func (t *Tx) Records() []store.Record { return t.records }

// Settled returns the ids of the records to delete from the outbox.
func (t *Tx) Settled() []int64 { return t.settled }
