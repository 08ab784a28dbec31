package insight

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
)

// permitUnmask notes whether the query asks for protected data in clear, and refuses who may not see it. The whole query
// then reads clear text. (inferred: AWS clears single fields)
func (s *Service) permitUnmask(c *op.Call, p *plan.Plan, q *Query) error {
	if s.Masks == nil || !asksClear(p.Query) {
		return nil
	}
	for _, groups := range [][]string{q.Groups, q.Inner} {
		for _, g := range groups {
			if err := mask.Unmask(c, arn.LogGroup(c.Region, c.Account, g)); err != nil {
				return err
			}
		}
	}
	q.Clear = true
	return nil
}

// asksClear finds the command unmask and the function of this name, also in subqueries.
func asksClear(q *syntax.Query) bool {
	found := false
	inspect(q, func(x any) {
		switch x := x.(type) {
		case *syntax.Unmask:
			found = true
		case *syntax.Call:
			found = found || strings.EqualFold(x.Name, "unmask")
		}
	})
	return found
}

// source gives the events of groups as the query may see them; plain is false if some of them are masked.
func (s *Service) source(ctx context.Context, q *Query, groups []string) (src block.Source, plain bool, err error) {
	open := s.Sources.Source(q.Account, q.Region, groups)
	if s.Masks == nil || q.Clear {
		return open, true, nil
	}
	rules := map[string]*mask.Rules{}
	err = s.State.View(ctx, func(tx store.Tx) error {
		clear(rules)
		for _, g := range groups {
			r, err := s.Masks.For(tx, q.Account, q.Region, g)
			if err != nil {
				return err
			}
			if r != nil {
				rules[g] = r
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("data protection of log groups: %w", err)
	}
	if len(rules) == 0 {
		return open, true, nil
	}
	return masked{s.Sources, q, groups, rules}, false, nil
}

// masked yields events with their protected data hidden. Columns that an engine made of the clear text, and what it would
// leave out by them, are not used.
type masked struct {
	s      Sources
	q      *Query
	groups []string
	rules  map[string]*mask.Rules
}

// Scan implements block.Source, one group after the other.
func (m masked) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	req.Equal = nil
	for _, g := range m.groups {
		rules := m.rules[g]
		stopped := false
		err := m.s.Source(m.q.Account, m.q.Region, []string{g}).Scan(ctx, req, func(b *block.Block) error {
			if rules != nil {
				b = hide(b, rules)
			}
			err := yield(b)
			stopped = stopped || errors.Is(err, block.ErrStop)
			return err
		})
		if err != nil || stopped {
			return err
		}
	}
	return nil
}

// hide is b with its messages masked and without the columns made of them.
func hide(b *block.Block, rules *mask.Rules) *block.Block {
	out := &block.Block{N: b.N, Base: b.Base, Bytes: b.Bytes, Err: b.Err, Release: b.Release}
	out.Load = func(name string) *block.Column {
		switch name {
		case block.Timestamp, block.IngestionTime, block.LogStream, block.Log, block.Ptr:
			return b.Column(name)
		case block.Message:
			col := b.Column(name)
			if col == nil {
				return nil
			}
			texts, present := make([]string, b.N), make([]bool, b.N)
			for i := range texts {
				if t, ok := col.Text(i); ok {
					texts[i], present[i] = string(rules.Apply([]byte(t))), true
				}
			}
			return block.StringColumn(texts, present)
		}
		return nil
	}
	return out
}
