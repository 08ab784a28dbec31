package insight

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Times of the runner.
const (
	// firstLook and lastLook are the waits between looks at the queue: soon after
	// a signal, whose row may not be committed yet, then ever rarer.
	firstLook = 2 * time.Millisecond
	lastLook  = time.Second
	// watchEvery is how often a running query's row is read, beatEvery how often it is written.
	watchEvery = 250 * time.Millisecond
	beatEvery  = 5 * time.Second
	// lostAfter is the silence after which another process's query is given up.
	lostAfter = time.Minute
	keepMS    = 7 * 24 * 60 * 60 * 1000
	// pruneMax bounds the old queries removed at the end of one query.
	pruneMax = 20
)

// Run executes queries until ctx ends, and returns its error. What runs then is
// given up and becomes Failed at the next start.
func (s *Service) Run(ctx context.Context) error {
	slots := make(chan struct{}, s.AtOnce)
	var wg sync.WaitGroup
	defer wg.Wait()
	wait, first, failing := firstLook, !s.Shared, false
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		err := s.giveUp(ctx, first)
		if err == nil {
			first = false
			err = s.dispatch(ctx, slots, &wg)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !failing {
			s.Log.Error("queries stand still; trying again", "error", err)
		}
		failing = err != nil
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.wake:
			wait = firstLook
		case <-timer.C:
			wait = min(2*wait, lastLook)
		}
	}
}

// giveUp fails running queries whose process is gone: all at the start of a
// process that is alone, else those that fell silent.
func (s *Service) giveUp(ctx context.Context, all bool) error {
	now := s.Clock.Now().UnixMilli()
	lost := func(q *Query) bool {
		if q.Owner == s.id {
			return false
		}
		return all || q.Beat < now-lostAfter.Milliseconds()
	}
	var keys []store.Key
	err := s.State.View(ctx, func(tx store.Tx) error {
		keys = nil
		for r, err := range queries.ScanIndex(tx, "waiting", store.K(Running), nil, false) {
			if err != nil {
				return fmt.Errorf("running queries: %w", err)
			}
			if lost(r.Row) {
				keys = append(keys, queries.Key(r.Row))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		err := s.change(ctx, k, func(q *Query) bool {
			if q.Status != Running || !lost(q) {
				return false
			}
			q.Status, q.Ended, q.Reason = Failed, now, "the server stopped while the query ran"
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dispatch starts waiting queries, oldest first, as long as there are slots.
func (s *Service) dispatch(ctx context.Context, slots chan struct{}, wg *sync.WaitGroup) error {
	var waiting []store.Key
	err := s.State.View(ctx, func(tx store.Tx) error {
		waiting = nil
		for r, err := range queries.ScanIndex(tx, "waiting", store.K(Scheduled), nil, false) {
			if err != nil {
				return fmt.Errorf("waiting queries: %w", err)
			}
			if waiting = append(waiting, queries.Key(r.Row)); len(waiting) == s.AtOnce {
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range waiting {
		select {
		case slots <- struct{}{}:
		default:
			return nil // a query that ends looks again
		}
		q, err := s.claim(ctx, key)
		if q == nil {
			<-slots
			if err != nil {
				return err
			}
			continue
		}
		wg.Go(func() {
			defer func() {
				<-slots
				s.signal()
			}()
			s.execute(ctx, q)
		})
	}
	return nil
}

// claim takes a waiting query for this process; nil if it does not wait any more.
func (s *Service) claim(ctx context.Context, key store.Key) (*Query, error) {
	var out *Query
	now := s.Clock.Now().UnixMilli()
	err := s.change(ctx, key, func(q *Query) bool {
		out = nil
		if q.Status != Scheduled {
			return false
		}
		q.Status, q.Owner, q.Started, q.Beat = Running, s.id, now, now
		out = q
		return true
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// change edits a query in a transaction of its own; edit returns false to leave
// it. A query that is gone is left too.
func (s *Service) change(ctx context.Context, key store.Key, edit func(*Query) bool) error {
	err := s.State.Update(ctx, func(tx store.Tx) error {
		q, err := queries.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !edit(q) {
			return nil
		}
		return queries.Put(tx, q)
	})
	if err != nil {
		return fmt.Errorf("change query: %w", err)
	}
	return nil
}

// errStopped is the cause of a run ended by StopQuery.
var errStopped = errors.New("query was stopped")

// execute runs a claimed query and writes its outcome.
func (s *Service) execute(ctx context.Context, q *Query) {
	progress := new(run.Progress)
	s.mu.Lock()
	s.live[q.ID] = progress
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.live, q.ID)
		s.mu.Unlock()
	}()
	limited, expire := context.WithTimeout(ctx, s.MaxTime)
	defer expire()
	running, stop := context.WithCancelCause(limited)
	var watcher sync.WaitGroup
	watcher.Go(func() { s.watch(running, stop, q, progress) })
	res, err := s.work(running, q, progress)
	var chunks [][]byte
	if err == nil {
		chunks, err = pack(res.Rows, s.ResultBytes)
	}
	if err == nil {
		err = s.keep(running, q, chunks)
	}
	stopped := context.Cause(running)
	stop(nil)
	watcher.Wait()
	if ctx.Err() != nil {
		return // the next start fails it
	}
	status, reason := Complete, ""
	switch {
	case errors.Is(stopped, errStopped):
		status = Cancelled
	case err != nil && limited.Err() != nil:
		status = Timeout
	case err != nil:
		status, reason = Failed, err.Error()
		s.Log.Warn("query failed", "query", q.ID, "account", q.Account, "error", err)
	}
	s.finish(ctx, q, status, reason, res, chunks, progress)
}

// work compiles and runs; a panic of an engine fails the query, not the server.
func (s *Service) work(ctx context.Context, q *Query, progress *run.Progress) (res *run.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in query: %v\n%s", p, debug.Stack())
		}
	}()
	p, err := plan.Compile(q.Text)
	if err != nil {
		return nil, fmt.Errorf("compile query: %w", err)
	}
	groups, engine := q.Groups, s.Engine
	var late map[string]int64
	if fields := indexedFields(p.Query); fields != nil {
		if groups, late, err = s.narrow(ctx, q, fields); err != nil {
			return nil, err
		}
	}
	source, plain, err := s.source(ctx, q, groups)
	if err != nil {
		return nil, err
	}
	if !plain { // what is hidden, only Go hides
		engine = Native{}
	}
	if len(late) > 0 { // ranges that differ between groups are read in Go too
		if source, err = s.since(ctx, q, groups, late); err != nil {
			return nil, err
		}
		engine = Native{}
	}
	return engine.Run(ctx, Work{
		Account: q.Account, Region: q.Region, Groups: groups, Plan: p, Source: source,
		Start: time.UnixMilli(q.Start).UTC(), End: time.UnixMilli(q.End).UTC(), Now: s.Clock.Now().UTC(), Limit: q.Limit, Limits: s.Limits,
		Other:  func(ctx context.Context, src *syntax.Source) (block.Source, error) { return s.other(ctx, q, src) },
		Tables: func(ctx context.Context, name string) (*run.Table, error) { return s.table(ctx, q, name) },
	}, progress)
}

// other finds the groups of a SOURCE inside a query, in the query's own account.
func (s *Service) other(ctx context.Context, q *Query, src *syntax.Source) (block.Source, error) {
	var groups []string
	err := s.State.View(ctx, func(tx store.Tx) error {
		var err error
		groups, err = sourceGroups(tx, q.Account, q.Region, src)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("groups of SOURCE: %w", err)
	}
	// A group made since StartQuery decided was not asked about.
	groups = slices.DeleteFunc(groups, func(g string) bool { return !slices.Contains(q.Inner, g) })
	events, _, err := s.source(ctx, q, groups)
	return events, err
}

// watch ends the run when its row says so and writes signs of life.
func (s *Service) watch(ctx context.Context, stop context.CancelCauseFunc, q *Query, p *run.Progress) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	beat := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		lost := false
		err := s.State.View(ctx, func(tx store.Tx) error {
			row, err := queries.Get(tx, queries.Key(q))
			lost = errors.Is(err, store.ErrNotFound) || err == nil && row.Status != Running
			return nil
		})
		if err == nil && lost {
			stop(errStopped)
			return
		}
		if time.Since(beat) < beatEvery {
			continue
		}
		beat = time.Now()
		now := s.Clock.Now().UnixMilli()
		err = s.change(ctx, queries.Key(q), func(row *Query) bool {
			if row.Status != Running {
				return false
			}
			row.Beat = now
			row.count(p)
			return true
		})
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("query gives no sign of life", "query", q.ID, "error", err)
		}
	}
}

// count takes statistics over. What an engine left unread in the range counts as
// scanned: users asked for it, and no field index of theirs saved it.
func (q *Query) count(p *run.Progress) {
	q.Matched = p.Matched.Load()
	q.Scanned = p.Scanned.Load() + p.SkippedRows.Load()
	q.Bytes = p.Bytes.Load() + p.SkippedBytes.Load()
}

// keep writes the chunks of a result, each in a transaction of its own: nothing
// refers to them until finish.
func (s *Service) keep(ctx context.Context, q *Query, chunks [][]byte) error {
	for i, chunk := range chunks {
		err := s.State.Update(ctx, func(tx store.Tx) error {
			return tx.Put(resultSpace, store.K(q.Account, q.Region, q.ID, i), chunk)
		})
		if err != nil {
			return fmt.Errorf("keep result: %w", err)
		}
	}
	return nil
}

// finish writes the outcome, unless the query was stopped meanwhile, and removes
// what is too old.
func (s *Service) finish(ctx context.Context, q *Query, status, reason string, res *run.Result, chunks [][]byte, p *run.Progress) {
	now := s.Clock.Now().UnixMilli()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := s.State.Update(ctx, func(tx store.Tx) error {
			row, err := queries.Get(tx, queries.Key(q))
			if errors.Is(err, store.ErrNotFound) {
				return dropChunks(tx, q)
			}
			if err != nil {
				return err
			}
			if row.Status == Running {
				row.Status, row.Reason, row.Ended = status, reason, now
			}
			row.count(p)
			if row.Status == Complete {
				row.Rows, row.Chunks = len(res.Rows), len(chunks)
			} else if err := dropChunks(tx, row); err != nil {
				return err
			}
			if err := queries.Put(tx, row); err != nil {
				return err
			}
			return s.prune(tx, row, now)
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		s.Log.Error("outcome of a query cannot be written; trying again", "query", q.ID, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// prune removes queries of the account that are older than seven days or more
// than KeepQueries, a few at a time. It reads keys only, since it runs often.
func (s *Service) prune(tx store.Tx, q *Query, now int64) error {
	prefix := store.K(q.Account, q.Region)
	kept := store.K(q.Account, q.Region, now-keepMS) // entries before are too old
	var old []store.Key
	n := 0
	for e, err := range queries.Entries(tx, "time", prefix, true) {
		if err != nil {
			return fmt.Errorf("old queries: %w", err)
		}
		if n++; n > s.KeepQueries || bytes.Compare(e.Position, kept) < 0 {
			if old = append(old, e.Key); len(old) == pruneMax {
				break
			}
		}
	}
	for _, key := range old {
		o, err := queries.Get(tx, key)
		if err != nil {
			return fmt.Errorf("old query: %w", err)
		}
		if !ended(o.Status) || o.ID == q.ID {
			continue
		}
		if err := dropChunks(tx, o); err != nil {
			return err
		}
		if err := queries.Delete(tx, key); err != nil {
			return fmt.Errorf("old query: %w", err)
		}
	}
	return nil
}
