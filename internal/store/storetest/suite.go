package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Engine is what the suite needs to know of an engine.
type Engine struct {
	// Fresh returns a function that opens one new, empty place. Each further
	// call of that function opens the same place again, after Close.
	Fresh func(t *testing.T) (open func() store.State)
	// Concurrent says that the functions of two Updates can run at the same
	// time. The suite then makes them meet; else it lets them race.
	Concurrent bool
}

// RunState proves that an engine keeps the contract of store.State.
func RunState(t *testing.T, e Engine) {
	themes := []struct {
		name  string
		tests []test
	}{
		{"rows", rowTests},
		{"scan", scanTests},
		{"savepoint", savepointTests},
		{"serial", serialTests},
		{"view", viewTests},
		{"outbox", outboxTests},
		{"reopen", reopenTests},
		{"limits", limitTests},
		{"faults", faultTests},
	}
	for _, th := range themes {
		t.Run(th.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range th.tests {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					f := &fixture{T: t, concurrent: e.Concurrent, open: e.Fresh(t)}
					f.db = f.open()
					defer func() { f.must(f.db.Close(), "close") }()
					c.run(f)
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(*fixture)
}

// fixture is one open engine with helpers that fail the test.
type fixture struct {
	*testing.T
	db         store.State
	open       func() store.State
	concurrent bool
}

func (f *fixture) must(err error, what string) {
	f.Helper()
	if err != nil {
		f.Fatalf("%s: %v", what, err)
	}
}

func (f *fixture) want(err, target error, what string) {
	f.Helper()
	if !errors.Is(err, target) {
		f.Fatalf("%s: got error %v, want %v", what, err, target)
	}
}

func (f *fixture) reopen() {
	f.Helper()
	f.must(f.db.Close(), "close before reopening")
	f.db = f.open()
}

func (f *fixture) update(fn func(store.Tx) error) {
	f.Helper()
	f.must(f.db.Update(f.Context(), fn), "update")
}

func (f *fixture) put(space, key, value string) {
	f.Helper()
	f.update(func(tx store.Tx) error { return tx.Put(space, []byte(key), []byte(value)) })
}

// get returns a row's value, or "-" when it does not exist.
func (f *fixture) get(space, key string) string {
	f.Helper()
	var out string
	f.must(f.db.View(f.Context(), func(tx store.Tx) (err error) { out, err = text(tx, space, key); return err }), "view")
	return out
}

func text(tx store.Tx, space, key string) (string, error) {
	v, err := tx.Get(space, []byte(key))
	if errors.Is(err, store.ErrNotFound) {
		return "-", nil
	}
	return string(v), err
}

// list returns the committed rows of a space as "k=v k=v".
func (f *fixture) list(space string) string {
	f.Helper()
	var out string
	f.must(f.db.View(f.Context(), func(tx store.Tx) (err error) { out, err = list(tx, space, nil, nil, false); return err }), "view")
	return out
}

func list(tx store.Tx, space string, lo, hi []byte, reverse bool) (string, error) {
	var out []string
	for kv, err := range tx.Scan(space, lo, hi, reverse) {
		if err != nil {
			return "", err
		}
		out = append(out, string(kv.Key)+"="+string(kv.Value))
	}
	return strings.Join(out, " "), nil
}

func (f *fixture) equal(got, want, what string) {
	f.Helper()
	if got != want {
		f.Fatalf("%s: got %q, want %q", what, got, want)
	}
}

func record(id string) store.Record {
	return store.Record{Kind: store.AuditRecord, Account: "111122223333", Region: "eu-west-1", ID: id, Data: []byte("{" + id + "}")}
}

// take returns up to max records and their event ids as "a b c".
func (f *fixture) take(max int) ([]store.Taken, string) {
	f.Helper()
	got, err := f.db.Take(f.Context(), max)
	f.must(err, "take")
	names := make([]string, len(got))
	for i, r := range got {
		names[i] = r.Record.ID
		if w := record(r.Record.ID); r.Kind != w.Kind || r.Account != w.Account || r.Region != w.Region || string(r.Data) != string(w.Data) {
			f.Fatalf("record %+v is not what was appended", r)
		}
	}
	return got, strings.Join(names, " ")
}

// meeting lets the first runs of n functions wait for each other.
type meeting struct {
	arrived chan struct{}
	all     chan struct{}
}

func (f *fixture) meeting(n int) *meeting {
	m := &meeting{arrived: make(chan struct{}), all: make(chan struct{})}
	if !f.concurrent {
		close(m.all)
		return m
	}
	go func() {
		for range n {
			select {
			case <-m.arrived:
			case <-f.Context().Done():
			}
		}
		close(m.all)
	}()
	return m
}

// wait is called once by each of the n.
func (m *meeting) wait(ctx context.Context) {
	select {
	case m.arrived <- struct{}{}:
	case <-m.all:
	case <-ctx.Done():
	}
	select {
	case <-m.all:
	case <-ctx.Done():
	}
}

// race runs fns at the same time, each in an Update whose first run waits,
// after fn, for the first runs of all others. It returns their errors.
func (f *fixture) race(fns ...func(store.Tx) error) []error {
	f.Helper()
	m := f.meeting(len(fns))
	errs := make([]error, len(fns))
	done := make(chan struct{})
	for i, fn := range fns {
		go func() {
			first := true
			errs[i] = f.db.Update(f.Context(), func(tx store.Tx) error {
				err := fn(tx)
				if first {
					first = false
					m.wait(f.Context())
				}
				return err
			})
			done <- struct{}{}
		}()
	}
	for range fns {
		<-done
	}
	return errs
}

// name makes keys that sort by number.
func name(i int) string { return fmt.Sprintf("k%05d", i) }
