package qtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Memory is the reference engine: package run over events in memory.
type Memory struct {
	// Promoted are JSON paths that the source supplies as columns, as a segment store does.
	Promoted []string
	// BlockRows is the number of rows of a block; 0 means 3, so that small scripts have several blocks.
	BlockRows int
	// Workers is passed on to run.
	Workers int
}

// Open implements Engine.
func (m Memory) Open(_ testing.TB, groups []Group) Session { return &memorySession{m, groups} }

type memorySession struct {
	Memory
	groups []Group
}

func (s *memorySession) Message(ptr string) (string, error) {
	var g, i int
	if _, err := fmt.Sscanf(ptr, "ptr-%d-%d", &g, &i); err != nil || g >= len(s.groups) || i >= len(s.groups[g].Events) {
		return "", fmt.Errorf("invalid pointer %s", ptr)
	}
	return s.groups[g].Events[i].Message, nil
}

func (s *memorySession) Run(ctx context.Context, p *plan.Plan, c *Case) (*run.Result, error) {
	src, err := s.source(ctx, p.Source)
	if err != nil {
		return nil, err
	}
	return run.Run(ctx, p, run.Options{
		Source: src, Start: c.Start, End: c.End, Now: c.Now, Workers: s.Workers, Groups: s.source,
		Tables: func(_ context.Context, name string) (*run.Table, error) {
			if t := c.Tables[name]; t != nil {
				return t, nil
			}
			return nil, fmt.Errorf("no such table")
		},
	})
}

// source chooses groups by name or prefix; without SOURCE the first group.
func (s *memorySession) source(_ context.Context, src *syntax.Source) (block.Source, error) {
	m := &memorySource{s: s}
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
			m.groups = append(m.groups, i)
		}
	}
	return m, nil
}

type memorySource struct {
	s      *memorySession
	groups []int
}

// Scan yields blocks in the order of loading, sequences beginning at 1.
func (m *memorySource) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	size := m.s.BlockRows
	if size == 0 {
		size = 3
	}
	seq := int64(1)
	for _, g := range m.groups {
		group := m.s.groups[g]
		var rows []int
		flush := func() error {
			if len(rows) == 0 {
				return nil
			}
			b := m.block(g, rows)
			b.Base = seq
			seq += int64(len(rows))
			rows = nil
			return yield(b)
		}
		for i, e := range group.Events {
			if e.Time.Before(req.Start) || !e.Time.Before(req.End) {
				continue
			}
			if rows = append(rows, i); len(rows) == size {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		if err := flush(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (m *memorySource) block(g int, rows []int) *block.Block {
	group := m.s.groups[g]
	n := len(rows)
	messages, ptrs, times := make([]string, n), make([]string, n), make([]int64, n)
	for i, r := range rows {
		e := group.Events[r]
		messages[i], times[i], ptrs[i] = e.Message, e.Time.UnixMilli(), fmt.Sprintf("ptr-%d-%d", g, r)
	}
	b := &block.Block{N: n, Columns: map[string]*block.Column{
		block.Timestamp: block.TimeColumn(times), block.IngestionTime: block.TimeColumn(times),
		block.LogStream: block.ConstColumn(Stream), block.Log: block.ConstColumn(Account + ":" + group.Name),
	}}
	b.Load = func(name string) *block.Column {
		switch {
		case name == block.Message:
			return block.StringColumn(messages, nil)
		case name == block.Ptr:
			return block.StringColumn(ptrs, nil)
		case slices.Contains(m.s.Promoted, name):
			return promote(name, messages)
		}
		return nil
	}
	return b
}

// promote makes the column that an engine would have written at ingestion.
func promote(name string, messages []string) *block.Column {
	path := value.NewPath(strings.Split(name, "."))
	c := &block.Column{Kind: block.Dict, Code: make([]uint32, len(messages))}
	codes := map[string]uint32{}
	for i, msg := range messages {
		v := value.Value{}
		if strings.HasPrefix(msg, "{") {
			v = path.Leaf(msg)
		}
		s, ok := v.Text()
		if !ok {
			c.Code[i] = block.NoCode
			continue
		}
		c.Bool = c.Bool || v.Kind() == value.Bool
		code, have := codes[s]
		if !have {
			code = uint32(len(c.Str))
			codes[s] = code
			c.Str = append(c.Str, s)
		}
		c.Code[i] = code
	}
	return c
}
