package insight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/logs/lookuptable"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
)

// checkTables refuses lookups in tables or columns that are not there, where they stand in the text. (inferred: the texts)
func checkTables(c *op.Call, q *syntax.Query, text string) error {
	for _, cmd := range q.Commands {
		var name string
		var columns []string
		switch l := cmd.(type) {
		case *syntax.Lookup:
			name = l.Table
			for _, m := range l.Match {
				columns = append(columns, m.Table)
			}
			for _, o := range l.Outputs {
				columns = append(columns, o.Column)
			}
		case *syntax.CidrLookup:
			name = l.Table
			if l.Column != "" {
				columns = append(columns, l.Column)
			}
			for _, o := range l.Outputs {
				columns = append(columns, o.Column)
			}
		default:
			continue
		}
		have, err := lookuptable.Fields(c.Tx, c.Account, c.Region, name)
		if errors.Is(err, lookuptable.ErrNone) {
			return malformed(c, syntax.NewError(text, cmd.Range(), "Lookup table "+name+" does not exist"))
		}
		if err != nil {
			return err
		}
		for _, col := range columns {
			if !slices.Contains(have, col) {
				return malformed(c, syntax.NewError(text, cmd.Range(), "Lookup table "+name+" has no column "+col))
			}
		}
	}
	return nil
}

// table reads a lookup table of the query's account.
func (s *Service) table(ctx context.Context, q *Query, name string) (*run.Table, error) {
	var t *run.Table
	err := s.State.View(ctx, func(tx store.Tx) error {
		var err error
		t, err = lookuptable.Load(tx, q.Account, q.Region, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lookup table %s: %w", name, err)
	}
	return t, nil
}
