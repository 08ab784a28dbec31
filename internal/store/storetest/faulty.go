package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
)

// ErrInjected is the error of every planned fault except CommitUnknown.
var ErrInjected = errors.New("injected fault")

// Op is an operation that can be made to fail.
type Op string

// Operations of a plan.
const (
	Get    Op = "get"
	Put    Op = "put"
	Delete Op = "delete"
	Scan   Op = "scan" // the beginning of a scan and each row count
	Take   Op = "take"
	View   Op = "view"
	// Commit fails after the function returned nil; nothing is kept.
	Commit Op = "commit"
	// CommitUnknown keeps everything and answers store.ErrUnknown.
	CommitUnknown Op = "commit unknown"
)

// Plan says which operation fails when. It counts over all transactions and
// may be used from many goroutines.
type Plan struct {
	mu    sync.Mutex
	op    Op
	n     int
	ever  bool
	calls map[Op]int
	fired int
}

// FailOnce fails the n-th operation of a kind, counted from 1.
func FailOnce(op Op, n int) *Plan { return &Plan{op: op, n: n} }

// FailFrom fails the n-th operation of a kind and all after it.
func FailFrom(op Op, n int) *Plan { return &Plan{op: op, n: n, ever: true} }

// Fired tells how many faults were injected.
func (p *Plan) Fired() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fired
}

// Calls tells how many operations of a kind were counted.
func (p *Plan) Calls(op Op) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[op]
}

// Set replaces what fails and begins to count from zero; n 0 fails nothing.
func (p *Plan) Set(op Op, n int, ever bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.op, p.n, p.ever, p.calls, p.fired = op, n, ever, nil, 0
}

func (p *Plan) hit(op Op) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls == nil {
		p.calls = make(map[Op]int)
	}
	p.calls[op]++
	c := p.calls[op]
	if op != p.op || p.n == 0 || c != p.n && !(p.ever && c > p.n) {
		return nil
	}
	p.fired++
	if op == CommitUnknown {
		return fmt.Errorf("%s %d: %w", op, c, store.ErrUnknown)
	}
	return fmt.Errorf("%s %d: %w", op, c, ErrInjected)
}

// Faulty wraps an engine; the plan decides what fails.
func Faulty(inner store.State, plan *Plan) store.State { return &faulty{State: inner, plan: plan} }

type faulty struct {
	store.State
	plan *Plan
}

func (f *faulty) Update(ctx context.Context, fn func(store.Tx) error) error {
	wrote := false
	err := f.State.Update(ctx, func(tx store.Tx) error {
		ft := &faultyTx{Tx: tx, plan: f.plan}
		if err := fn(ft); err != nil {
			return err
		}
		wrote = ft.wrote
		return f.plan.hit(Commit)
	})
	if err == nil && wrote {
		err = f.plan.hit(CommitUnknown)
	}
	return err
}

func (f *faulty) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := f.plan.hit(View); err != nil {
		return err
	}
	return f.State.View(ctx, func(tx store.Tx) error { return fn(&faultyTx{Tx: tx, plan: f.plan}) })
}

func (f *faulty) Take(ctx context.Context, max int) ([]store.Taken, error) {
	if err := f.plan.hit(Take); err != nil {
		return nil, err
	}
	return f.State.Take(ctx, max)
}

type faultyTx struct {
	store.Tx
	plan  *Plan
	wrote bool
}

func (t *faultyTx) Get(space string, key []byte) ([]byte, error) {
	if err := t.plan.hit(Get); err != nil {
		return nil, err
	}
	return t.Tx.Get(space, key)
}

func (t *faultyTx) Put(space string, key, value []byte) error {
	t.wrote = true
	if err := t.plan.hit(Put); err != nil {
		return err
	}
	return t.Tx.Put(space, key, value)
}

func (t *faultyTx) Delete(space string, key []byte) error {
	t.wrote = true
	if err := t.plan.hit(Delete); err != nil {
		return err
	}
	return t.Tx.Delete(space, key)
}

func (t *faultyTx) Append(r store.Record) {
	t.wrote = true
	t.Tx.Append(r)
}

func (t *faultyTx) Settle(ids []int64) {
	t.wrote = true
	t.Tx.Settle(ids)
}

func (t *faultyTx) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		if err := t.plan.hit(Scan); err != nil {
			yield(store.KV{}, err)
			return
		}
		for kv, err := range t.Tx.Scan(space, lo, hi, reverse) {
			if err == nil {
				err = t.plan.hit(Scan)
			}
			if err != nil {
				yield(store.KV{}, err)
				return
			}
			if !yield(kv, nil) {
				return
			}
		}
	}
}
