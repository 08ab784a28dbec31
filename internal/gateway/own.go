package gateway

import (
	"errors"
	"fmt"
	"iter"

	"github.com/cogtrail/cogtrail/internal/store"
)

// own finds whose resources an unsigned call is about, from its input. It comes
// before validation so that a refusal is recorded where its owner is known. A
// signed call belongs to the signer's account.
//
// An owner that cannot be read ends the call: it must not go on as nobody's,
// since what it then changed would have no record.
func (x *exchange) own() error {
	if x.owned || x.op == nil || x.op.Owner == nil {
		return nil
	}
	tx := &noting{Tx: x.call.Tx}
	account, region, ok := x.op.Owner(tx, x.input)
	if tx.err != nil {
		return fmt.Errorf("find owner of the call: %w", tx.err)
	}
	if ok {
		x.call.Account, x.call.Region, x.owned = account, region, true
	}
	return nil
}

// unchanged ends a call that nobody owns: it has no record, so nothing that it
// wrote may be kept.
func (x *exchange) unchanged() error {
	if x.writes.n > 0 {
		return fmt.Errorf("%s has no owner and wrote %d rows", x.match.Target, x.writes.n)
	}
	return nil
}

// counting counts what a transaction wrote and did not undo.
type counting struct {
	store.Tx
	n int
}

// Put implements store.Tx.
func (c *counting) Put(space string, key, value []byte) error {
	c.n++
	return c.Tx.Put(space, key, value)
}

// Delete implements store.Tx.
func (c *counting) Delete(space string, key []byte) error {
	c.n++
	return c.Tx.Delete(space, key)
}

// Append implements store.Tx.
func (c *counting) Append(r store.Record) {
	c.n++
	c.Tx.Append(r)
}

// Savepoint implements store.Tx.
func (c *counting) Savepoint(fn func() error) error {
	before := c.n
	err := c.Tx.Savepoint(fn)
	if err != nil {
		c.n = before
	}
	return err
}

// noting remembers that reading failed, for a caller that is only told "not found".
type noting struct {
	store.Tx
	err error // first fault that is not ErrNotFound
}

func (n *noting) note(err error) {
	if err != nil && n.err == nil && !errors.Is(err, store.ErrNotFound) {
		n.err = err
	}
}

// Get implements store.Tx.
func (n *noting) Get(space string, key []byte) ([]byte, error) {
	v, err := n.Tx.Get(space, key)
	n.note(err)
	return v, err
}

// Scan implements store.Tx.
func (n *noting) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		for kv, err := range n.Tx.Scan(space, lo, hi, reverse) {
			n.note(err)
			if !yield(kv, err) {
				return
			}
		}
	}
}
