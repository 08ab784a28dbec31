package accel

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Translation is what an engine is to do of a plan.
type Translation struct {
	// Totals counts the events of the range and their bytes, Matched those that pass the filters; -1 where another
	// statement tells it as well. Rows gives the rows of stage 0.
	Totals, Matched, Rows int
	// Statements are placed as these numbers say.
	Statements []Statement
	// Groups, if not nil, reads the rows as the result of stats. Events, if not nil, as the events that stage 0 is
	// to be run over once more: no other matches and precedes them.
	Groups *Groups
	Events *Events
	// Heavy says that Go does it as quickly over files at hand: events are chosen, or messages looked into. Measured: the
	// store skips what columns settle and knows the words of messages, and unpacking messages costs the same everywhere.
	Heavy bool
}

// Translate writes stage 0 of a plan in SQL, or returns an error if it has no exact equivalent. limit is the caller's
// limit for plans without one, or 0; maxGroups is the number of groups beyond which the answer is cut.
func Translate(p *plan.Plan, d *Dialect, s *Scope, limit, maxGroups int) (*Translation, error) {
	if p.Estimate || p.Compare != nil || len(p.Stages) == 0 {
		return nil, inexpressible("query without stages")
	}
	t := &translator{writer: &writer{d: d}, scope: s, names: make(map[string]*operand)}
	st := &p.Stages[0]
	// The scope takes the first placeholders: whose rows they are is never the query's word.
	confined := s.predicate(t.writer)
	where, err := t.rows(st.Rows)
	if err != nil {
		return nil, err
	}
	out := &Translation{Totals: -1, Matched: -1}
	from := " FROM " + d.Files(s.Files) + " WHERE " + strings.Join(append([]string{confined}, where...), " AND ")
	filtered := slices.Clone(t.args)
	var sql string
	switch {
	case st.Stats != nil:
		out.Groups, sql, err = t.groups(st.Stats, from, maxGroups, topOf(p, limit))
	case len(p.Stages) == 1 && st.Whole == nil:
		if limit <= 0 || p.Limited {
			limit = st.Limit
		}
		out.Events, sql, err = t.events(p, st, from, limit)
	default:
		return nil, inexpressible(st.Whole)
	}
	if err != nil {
		return nil, err
	}
	out.Heavy = t.messages || out.Events != nil
	add := func(sql string, args []any) int {
		out.Statements = append(out.Statements, Statement{sql, args})
		return len(out.Statements) - 1
	}
	sums := "SELECT count(*), " + d.Int("coalesce(sum("+d.Ident(colSize)+"), 0)")
	if len(where) > 0 || out.Events != nil {
		w := &writer{d: d}
		out.Totals = add(sums+" FROM "+d.Files(s.Files)+" WHERE "+s.predicate(w), w.args)
	}
	if len(where) > 0 && out.Events != nil {
		out.Matched = add(sums+from, filtered)
	}
	out.Rows = add(sql, t.args)
	return out, nil
}

// rows goes through the row commands: names are made in order, filters become conditions.
func (t *translator) rows(commands []syntax.Command) ([]string, error) {
	var where []string
	for _, c := range commands {
		var x syntax.Expr
		switch c := c.(type) {
		case *syntax.Fields:
			if err := t.items(c.Items); err != nil {
				return nil, err
			}
			continue
		case *syntax.Display:
			if err := t.items(c.Items); err != nil {
				return nil, err
			}
			continue
		case *syntax.Unmask:
			continue
		case *syntax.Extract:
			if c.Multi {
				return nil, inexpressible(c)
			}
			if c.Source != nil {
				if err := noQuery(c.Source); err != nil {
					return nil, err
				}
			}
			for _, n := range c.Names() {
				t.names[n] = nil
			}
			continue
		case *syntax.Filter:
			x = c.X
		case *syntax.FilterIndex:
			x = c.X
		default:
			return nil, inexpressible(c)
		}
		s, err := t.condition(x, false)
		if err != nil {
			return nil, err
		}
		where = append(where, s)
	}
	return where, nil
}

// byTime reports whether the keys are one over plain @timestamp, or none; desc says in which direction.
func (t *translator) byTime(keys []*syntax.Key) (desc, ok bool) {
	switch len(keys) {
	case 0:
		return true, true
	case 1:
		f, plain := keys[0].X.(*syntax.Field)
		_, renamed := t.names[block.Timestamp]
		return keys[0].Desc, plain && f.Name() == block.Timestamp && !renamed
	}
	return false, false
}
