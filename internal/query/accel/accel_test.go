package accel_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

func TestMain(m *testing.M) {
	if duckdb.Child() {
		return
	}
	os.Exit(m.Run())
}

const region = "us-east-1"

// shelf is a store over a state in memory.
type shelf struct {
	t     testing.TB
	state *mem.DB
	s     *segment.Store
}

func newShelf(t testing.TB) *shelf {
	t.Helper()
	f := &shelf{t: t, state: mem.New()}
	s, err := segment.Open(t.Context(), f.state, t.TempDir(), segment.Options{Now: func() time.Time { return time.UnixMilli(epoch) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f.s = s
	return f
}

func (f *shelf) seal(rows []segment.Row) {
	f.t.Helper()
	rows = f.s.Append(rows)
	m, err := f.s.Seal(f.t.Context(), rows)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.state.Update(f.t.Context(), func(tx store.Tx) error { return f.s.Commit(tx, m) }); err != nil {
		f.t.Fatal(err)
	}
	f.s.Publish(m, len(rows))
}

// scripts runs conformance scripts over segments and a tail.
type scripts struct {
	backend     accel.Backend
	accelerated atomic.Int64
	fallbacks   atomic.Int64
}

func (e *scripts) count(s accel.Stats) {
	e.accelerated.Add(s.Accelerated)
	e.fallbacks.Add(s.Fallbacks)
}

type session struct {
	*scripts
	shelf  *shelf
	engine *accel.Engine
	groups []qtest.Group
}

func (e *scripts) Open(t testing.TB, groups []qtest.Group) qtest.Session {
	f := newShelf(t)
	var sealed, tail []segment.Row
	for _, g := range groups {
		for i, ev := range g.Events {
			at := ev.Time.UnixMilli()
			r := segment.Row{Account: qtest.Account, Region: region, Group: g.Name, Stream: qtest.Stream, Time: at, Ingested: at, Message: []byte(ev.Message)}
			if i < len(g.Events)*2/3 {
				sealed = append(sealed, r)
			} else {
				tail = append(tail, r)
			}
		}
	}
	if len(sealed) > 0 {
		f.seal(sealed)
	}
	f.s.Append(tail)
	engine := accel.New(f.s, e.backend, accel.Options{MinBytes: -1, Heavy: true})
	t.Cleanup(func() { e.count(engine.Stats()) })
	return &session{e, f, engine, groups}
}

func (s *session) chosen(src *syntax.Source) []string {
	var out []string
	for i, g := range s.groups {
		take := i == 0
		if src != nil {
			take = slices.Contains(src.Groups, g.Name)
			for _, part := range src.Parts {
				take = part.Name == "logGroups" && len(part.Args) == 0
				for _, a := range part.Args {
					for _, v := range a.Values {
						take = take || a.Name == "namePrefix" && strings.HasPrefix(g.Name, v)
					}
				}
			}
		}
		if take {
			out = append(out, g.Name)
		}
	}
	return out
}

func (s *session) Run(ctx context.Context, p *plan.Plan, c *qtest.Case) (*run.Result, error) {
	target := accel.Target{Account: qtest.Account, Region: region, Groups: s.chosen(p.Source)}
	res, err := s.engine.Run(ctx, p, target, run.Options{
		Start: c.Start, End: c.End, Now: c.Now,
		Groups: func(_ context.Context, src *syntax.Source) (block.Source, error) {
			return s.shelf.s.Source(qtest.Account, region, s.chosen(src)), nil
		},
		Tables: func(_ context.Context, name string) (*run.Table, error) {
			if t := c.Tables[name]; t != nil {
				return t, nil
			}
			return nil, fmt.Errorf("no such table")
		},
	})
	if err != nil {
		return nil, err
	}
	// The store leaves rows unread where a column settles a filter; scripts count them all.
	res.Scanned += res.SkippedRows
	return res, nil
}

func (s *session) Message(ptr string) (string, error) {
	r, ok, err := s.shelf.s.At(context.Background(), qtest.Account, ptr)
	if err != nil || !ok {
		return "", fmt.Errorf("event %s: %v", ptr, err)
	}
	return string(r.Message), nil
}

func TestScripts_plain(t *testing.T) {
	t.Parallel()
	qtest.Run(t, &scripts{})
}

func TestScripts_accelerated(t *testing.T) {
	t.Parallel()
	pool := duckdb.New(duckdb.Options{Processes: 2, Wait: time.Minute})
	t.Cleanup(func() { _ = pool.Close() })
	e := &scripts{backend: pool}
	t.Cleanup(func() {
		t.Logf("%d queries accelerated, %d fallbacks", e.accelerated.Load(), e.fallbacks.Load())
		if duckdb.Built && e.accelerated.Load() < 50 {
			t.Errorf("only %d queries were accelerated", e.accelerated.Load())
		}
	})
	qtest.Run(t, e)
}
