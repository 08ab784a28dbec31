package metric_test

import (
	"context"
	"iter"
	"log/slog"
	"testing"

	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/store"
)

// spy notes the keys that a transaction reads and writes.
type spy struct {
	store.Tx
	read, written map[string]bool
	scanned       map[string]bool // spaces
}

func (s *spy) Get(space string, key []byte) ([]byte, error) {
	s.read[space+string(key)] = true
	return s.Tx.Get(space, key)
}

func (s *spy) Put(space string, key, value []byte) error {
	s.written[space+string(key)] = true
	return s.Tx.Put(space, key, value)
}

func (s *spy) Delete(space string, key []byte) error {
	s.written[space+string(key)] = true
	return s.Tx.Delete(space, key)
}

func (s *spy) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	s.scanned[space] = true
	return s.Tx.Scan(space, lo, hi, reverse)
}

// TestAdd_noConflict keeps the promise that writers of a hot metric wait for
// nobody: they write no common key and read none that anyone changes.
func TestAdd_noConflict(t *testing.T) {
	t.Parallel()
	w := open(t)
	add := func() *spy {
		var s *spy
		w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
			s = &spy{tx, map[string]bool{}, map[string]bool{}, map[string]bool{}}
			return metric.Add(s, account, region, "App", "m", map[string]string{"a": "b"}, "Count", base, 1)
		}))
		return s
	}
	add() // the metric is known from here on
	first, second := add(), add()
	if len(first.scanned) != 0 || len(first.written) != 1 {
		t.Errorf("a writer scans %v and writes %d rows", first.scanned, len(first.written))
	}
	folding := spyState{w.db, &spy{nil, map[string]bool{}, map[string]bool{}, map[string]bool{}}}
	w.must((&metric.Keeper{State: folding, Log: slog.New(slog.DiscardHandler)}).FoldAll(t.Context()))
	for k := range first.written {
		if second.read[k] || second.written[k] {
			t.Errorf("two writers meet at %q", k)
		}
	}
	for k := range second.read {
		if folding.spy.written[k] {
			t.Errorf("a writer reads %q, which the keeper writes", k)
		}
	}
}

// spyState notes what all transactions do.
type spyState struct {
	store.State
	spy *spy
}

func (s spyState) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.State.Update(ctx, func(tx store.Tx) error {
		s.spy.Tx = tx
		return fn(s.spy)
	})
}
