package plan

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// whole plans a command that needs all rows at once.
func (b *builder) whole(c syntax.Command, rest []syntax.Command) error {
	extra, after, err := b.wholeColumns(c)
	if err != nil {
		return err
	}
	// What the stage hands on: the visible columns, what the command itself reads, and every event field named later.
	cols := b.scope.columns()
	b.stage.Visible = len(cols)
	for _, n := range extra {
		if !slices.Contains(cols, n) {
			cols = append(cols, n)
		}
	}
	if b.scope.events && after == nil {
		for _, f := range later(rest) {
			if b.scope.known(f.Segments) || !slices.Contains(cols, f.Name()) {
				n := f.Name()
				for k := len(f.Segments); k > 0; k-- {
					if p := strings.Join(f.Segments[:k], "."); b.scope.names[p] {
						n = p
						break
					}
				}
				if !slices.Contains(cols, n) {
					cols = append(cols, n)
				}
			}
		}
		for _, n := range []string{block.Timestamp, block.Ptr} {
			if !slices.Contains(cols, n) {
				cols = append(cols, n)
			}
		}
	}
	if b.scope.events {
		for _, n := range cols {
			b.scope.useName(n, b.fields)
		}
	}
	b.stage.Columns, b.stage.Whole, b.stage.Events = cols, c, b.scope.events && after == nil
	b.close()
	if after != nil {
		b.scope = table(after)
		return nil
	}
	for _, n := range cols {
		b.scope.define(n)
	}
	if a, ok := c.(*syntax.AppendCols); ok {
		inner, err := b.subquery(a.Query)
		if err != nil {
			return err
		}
		b.scope.create(inner.Columns...)
	}
	b.scope.create(created(c)...)
	return nil
}

// PatternColumns are the columns that pattern makes.
var PatternColumns = []string{"@pattern", "@ratio", "@sampleCount", "@severityLabel"}

// wholeColumns checks c; extra are names it reads, after the columns if it makes rows of its own.
func (b *builder) wholeColumns(c syntax.Command) (extra, after []string, err error) {
	use := func(fs ...*syntax.Field) error {
		for _, f := range fs {
			if err := b.use(f); err != nil {
				return err
			}
			extra = append(extra, f.Name())
		}
		return nil
	}
	switch c := c.(type) {
	case *syntax.Pattern:
		if b.sorted || b.limited {
			return nil, nil, b.misplaced(c)
		}
		if err := b.scalar(c.X); err != nil {
			return nil, nil, err
		}
		return nil, PatternColumns, nil
	case *syntax.Diff:
		if !b.pattern || b.scope.events {
			return nil, nil, b.fail(c, "Diff compilation Failed : Diff operation has to be used after Pattern")
		}
		return nil, []string{"@pattern", "@eventCount", "@differenceEventCount", "@differenceDescription", "@severityLabel"}, nil
	case *syntax.Anomaly:
		if !b.pattern {
			return nil, nil, b.misplaced(c)
		}
		return nil, append(b.scope.columns(), "@anomaly"), nil
	case *syntax.CountFrequent:
		if err := use(c.Fields...); err != nil {
			return nil, nil, err
		}
		var cols []string
		for _, f := range c.Fields {
			cols = append(cols, f.Name())
		}
		return extra, append(cols, "_approxcount"), nil
	case *syntax.RelevantFields:
		if err := b.scalar(c.Where); err != nil {
			return nil, nil, err
		}
		for _, f := range c.Fields {
			if b.scope.known(f.Segments) {
				return nil, nil, b.fail(f, "Query cannot be compiled")
			}
		}
		err := use(c.Fields...)
		syntax.Walk(c.Where, func(x syntax.Expr) bool {
			if f, ok := x.(*syntax.Field); ok && err == nil {
				err = use(f)
			}
			return true
		})
		b.fields[block.Message] = true
		return append(extra, block.Message), []string{"@fieldName", "@relevanceScore", "@topRelevanceContributors", "@conditionalMedian", "@baselineMedian"}, err
	case *syntax.AddTotals:
		err = use(c.Fields...)
	case *syntax.Autoregress:
		err = use(c.Field)
	case *syntax.Accum:
		err = use(c.Field)
	case *syntax.Outlier:
		err = use(c.Fields...)
	case *syntax.Sessionize:
		err = use(c.Fields...)
	case *syntax.FillDown:
		for _, f := range c.Fields {
			if !strings.HasSuffix(f, "*") {
				if err := use(&syntax.Field{Pos: c.Pos, Segments: strings.Split(f, ".")}); err != nil {
					return nil, nil, err
				}
			}
		}
	case *syntax.FillMissing:
		if b.stats == 0 {
			return nil, nil, b.misplaced(c)
		}
		for _, f := range c.Fills {
			if err := use(f.Field); err != nil {
				return nil, nil, err
			}
		}
	case *syntax.AppendCols:
	default:
		return nil, nil, b.misplaced(c)
	}
	return extra, nil, err
}

// created are the columns that a command adds to its rows.
func created(c syntax.Command) []string {
	switch c := c.(type) {
	case *syntax.Autoregress:
		var out []string
		for p := c.P1; p <= c.P2; p++ {
			out = append(out, c.Name(p))
		}
		return out
	case *syntax.Accum:
		if c.As != nil {
			return []string{c.As.Name()}
		}
		return []string{c.Field.Name()}
	case *syntax.Sessionize:
		return []string{c.Name()}
	case *syntax.AddTotals:
		if c.Row {
			return []string{c.FieldName}
		}
	}
	return nil
}
