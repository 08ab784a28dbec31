package segment_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// engine runs the conformance scripts of the query language over a store.
type engine struct {
	// sealEvery rows make a segment; what is left stays in the tail.
	sealEvery int
	compact   bool
}

type session struct {
	s      *segment.Store
	groups []qtest.Group
}

func (e engine) Open(t testing.TB, groups []qtest.Group) qtest.Session {
	state := mem.New()
	s, err := segment.Open(t.Context(), state, t.TempDir(), segment.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var rows []segment.Row
	for _, g := range groups {
		for _, ev := range g.Events {
			rows = append(rows, segment.Row{
				Account: qtest.Account, Region: segmenttest.Region, Group: g.Name, Stream: qtest.Stream,
				Time: ev.Time.UnixMilli(), Ingested: ev.Time.UnixMilli(), Message: []byte(ev.Message),
			})
		}
	}
	rows = s.Append(rows)
	for len(rows) >= e.sealEvery {
		part := rows[:e.sealEvery]
		m, err := s.Seal(context.Background(), part)
		if err != nil {
			t.Fatal(err)
		}
		if err := state.Update(context.Background(), func(tx store.Tx) error { return s.Commit(tx, m) }); err != nil {
			t.Fatal(err)
		}
		s.Publish(m, len(part))
		rows = rows[e.sealEvery:]
	}
	for more := e.compact; more; {
		if more, err = s.Compact(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return &session{s, groups}
}

func (s *session) Message(ptr string) (string, error) {
	row, ok, err := s.s.At(context.Background(), qtest.Account, ptr)
	if err != nil || !ok {
		return "", fmt.Errorf("pointer %s: found %v: %w", ptr, ok, err)
	}
	return string(row.Message), nil
}

func (s *session) Run(ctx context.Context, p *plan.Plan, c *qtest.Case) (*run.Result, error) {
	src, err := s.source(ctx, p.Source)
	if err != nil {
		return nil, err
	}
	res, err := run.Run(ctx, p, run.Options{
		Source: src, Start: c.Start, End: c.End, Now: c.Now, Groups: s.source,
		Tables: func(_ context.Context, name string) (*run.Table, error) {
			if t := c.Tables[name]; t != nil {
				return t, nil
			}
			return nil, fmt.Errorf("no such table")
		},
	})
	if err == nil { // pushing a filter down must not show in the statistics
		res.Scanned, res.Bytes = res.Scanned+res.SkippedRows, res.Bytes+res.SkippedBytes
	}
	return res, err
}

// source chooses groups as the reference engine does.
func (s *session) source(_ context.Context, src *syntax.Source) (block.Source, error) {
	var names []string
	for i, g := range s.groups {
		take := i == 0
		if src != nil {
			take = slices.Contains(src.Groups, g.Name)
			for _, part := range src.Parts {
				take = part.Name == "logGroups" && len(part.Args) == 0
				for _, a := range part.Args {
					take = take || a.Name == "namePrefix" && slices.ContainsFunc(a.Values, func(p string) bool { return strings.HasPrefix(g.Name, p) })
				}
			}
		}
		if take {
			names = append(names, g.Name)
		}
	}
	return s.s.Source(qtest.Account, segmenttest.Region, names), nil
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]engine{
		"tail":   {sealEvery: math.MaxInt},
		"sealed": {sealEvery: 3},
		"mixed":  {sealEvery: 5},
		"merged": {sealEvery: 4, compact: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			qtest.Run(t, e)
		})
	}
}

// contains tells whether a row's message holds a text.
func contains(r segment.Row, s string) bool { return bytes.Contains(r.Message, []byte(s)) }
