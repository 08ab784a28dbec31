package insight

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/index"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// indexedFields are the fields that the query's own filterIndex commands ask about; nil without one.
func indexedFields(q *syntax.Query) []string {
	var out []string
	for _, c := range q.Commands {
		f, ok := c.(*syntax.FilterIndex)
		if !ok {
			continue
		}
		syntax.Walk(f.X, func(x syntax.Expr) bool {
			if field, ok := x.(*syntax.Field); ok {
				out = append(out, field.Name())
			}
			return true
		})
	}
	return out
}

// narrow leaves of the query's groups those that have the fields indexed; late are those indexed only after the range began.
func (s *Service) narrow(ctx context.Context, q *Query, fields []string) (groups []string, late map[string]int64, err error) {
	err = s.State.View(ctx, func(tx store.Tx) error {
		groups, late = nil, map[string]int64{}
		for _, name := range q.Groups {
			g, err := logs.FindGroup(tx, q.Account, q.Region, name)
			if refused := (*schema.Error)(nil); errors.As(err, &refused) {
				continue // deleted since
			}
			if err != nil {
				return err
			}
			since, ok, err := index.Since(tx, g, fields)
			if err != nil {
				return err
			}
			if !ok || since >= q.End {
				continue
			}
			groups = append(groups, name)
			if since > q.Start {
				late[name] = since
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("indexes of log groups: %w", err)
	}
	return groups, late, nil
}

// since gives the events of each group from its own instant on.
func (s *Service) since(ctx context.Context, q *Query, groups []string, from map[string]int64) (block.Source, error) {
	var out late
	for _, g := range groups {
		src, _, err := s.source(ctx, q, []string{g})
		if err != nil {
			return nil, err
		}
		out = append(out, lateSource{src, time.UnixMilli(from[g])})
	}
	return out, nil
}

type lateSource struct {
	block.Source
	from time.Time
}

type late []lateSource

// Scan implements block.Source, one group after the other.
func (l late) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	for _, g := range l {
		r := req
		if g.from.After(r.Start) {
			r.Start = g.from
		}
		stopped := false
		err := g.Source.Scan(ctx, r, func(b *block.Block) error {
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
