package plan

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Compile parses and builds.
func Compile(text string) (*Plan, error) {
	q, err := syntax.Parse(text)
	if err != nil {
		return nil, err
	}
	return Build(q)
}

// Build checks q and orders it. The error is always a *syntax.Error.
func Build(q *syntax.Query) (*Plan, error) {
	b := &builder{text: q.Text, plan: &Plan{Query: q}, scope: newScope(), fields: map[string]bool{block.Timestamp: true}}
	b.begin()
	if err := b.run(q); err != nil {
		return nil, err
	}
	return b.plan, nil
}

type builder struct {
	text   string
	plan   *Plan
	stage  Stage
	scope  *scope
	fields map[string]bool
	// seen tells what stands before the current command in the whole query and in the stage.
	stats    int
	sorted   bool
	deduped  bool
	limited  bool
	pattern  bool // the previous command was pattern, diff or anomaly
	joins    int
	multiply bool // rows of this stage may be multiplied, so predicates end
}

func (b *builder) begin() {
	b.stage = Stage{Limit: -1}
	b.sorted, b.deduped, b.limited = false, false, false
}

func (b *builder) fail(n syntax.Node, format string, args ...any) error {
	return syntax.NewError(b.text, n.Range(), fmt.Sprintf(format, args...))
}

func (b *builder) run(q *syntax.Query) error {
	for i, c := range q.Commands {
		if b.plan.Estimate || b.plan.Compare != nil {
			return b.misplaced(c)
		}
		if err := b.command(c, i, q.Commands[i+1:]); err != nil {
			return err
		}
		switch c.(type) {
		case *syntax.Pattern, *syntax.Diff, *syntax.Anomaly:
			b.pattern = true
		default:
			b.pattern = false
		}
	}
	// The last stage is the one without Stats and Whole; it exists even if nothing stands in it.
	if b.stage.Limit < 0 {
		b.stage.Limit = DefaultLimit
	} else {
		b.plan.Limited = true
	}
	b.stage.Columns = b.scope.columns()
	b.stage.Visible = len(b.stage.Columns)
	b.stage.Events = b.scope.events
	b.plan.Stages = append(b.plan.Stages, b.stage)
	b.plan.Columns = b.stage.Columns
	b.plan.Events = b.scope.events
	for _, c := range b.plan.Columns {
		b.scope.useName(c, b.fields)
	}
	if b.plan.Events {
		b.fields[block.Ptr] = true
	}
	for f := range b.fields {
		b.plan.Fields = append(b.plan.Fields, f)
	}
	slices.Sort(b.plan.Fields)
	return nil
}

func (b *builder) misplaced(c syntax.Command) error {
	return b.fail(c, "unexpected symbol found %s", word(b.text, c))
}

// word is the command's name as written.
func word(text string, c syntax.Command) string {
	r := c.Range()
	end := r.Start
	for end < len(text) && end < r.End && (text[end] == '_' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	return text[r.Start:end]
}

func (b *builder) command(c syntax.Command, i int, rest []syntax.Command) error {
	if b.deduped {
		switch c.(type) {
		case *syntax.Limit, *syntax.Estimate, *syntax.LogCompare:
		// Filters and projections act before dedup anyway; they are harmless after it.
		case *syntax.Filter, *syntax.Fields, *syntax.Display:
		default:
			return b.misplaced(c)
		}
	}
	switch c := c.(type) {
	case *syntax.Source:
		if i != 0 {
			return b.misplaced(c)
		}
		return b.source(c)
	case *syntax.Fields:
		if err := b.items(c.Items, false); err != nil {
			return err
		}
		b.scope.addFields(c.Items)
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.Display:
		if err := b.items(c.Items, true); err != nil {
			return err
		}
		b.scope.setDisplay(c.Items)
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.Filter:
		return b.filter(c, c.X)
	case *syntax.FilterIndex:
		return b.filter(c, c.X)
	case *syntax.Extract:
		if c.Source != nil {
			if err := b.scalar(c.Source); err != nil {
				return err
			}
		} else if err := b.use(&syntax.Field{Pos: c.Pos, Segments: []string{block.Message}}); err != nil {
			return err
		}
		b.scope.create(c.Names()...)
		b.multiply = b.multiply || c.Multi
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.Unnest:
		if f, ok := c.X.(*syntax.Field); ok && b.scope.lists[f.Name()] {
			return b.fail(c, "Query cannot be compiled")
		}
		if err := b.scalar(c.X); err != nil {
			return err
		}
		b.scope.create(c.Into.Name())
		b.stage.Rows = append(b.stage.Rows, c)
		b.multiply = true
	case *syntax.Expand:
		if err := b.use(c.Field); err != nil {
			return err
		}
		b.scope.create(c.Field.Name())
		b.stage.Rows = append(b.stage.Rows, c)
		b.multiply = true
	case *syntax.Lookup:
		for _, m := range c.Match {
			if err := b.use(m.Field); err != nil {
				return err
			}
		}
		b.outputs(c.New, c.Outputs)
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.CidrLookup:
		if err := b.use(c.Field); err != nil {
			return err
		}
		b.outputs(c.New, c.Outputs)
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.Join:
		return b.join(c)
	case *syntax.Unmask:
		for _, f := range c.Fields {
			if err := b.use(f); err != nil {
				return err
			}
		}
		b.stage.Rows = append(b.stage.Rows, c)
	case *syntax.Sort:
		for _, k := range c.Keys {
			if err := b.scalar(k.X); err != nil {
				return err
			}
		}
		b.stage.Sort, b.sorted = c.Keys, true
	case *syntax.Dedup:
		for _, f := range c.Fields {
			if err := b.use(f); err != nil {
				return err
			}
		}
		b.stage.Dedup, b.deduped = c.Fields, true
	case *syntax.Limit:
		return b.limit(c)
	case *syntax.Stats:
		return b.aggregate(c)
	case *syntax.Estimate:
		b.plan.Estimate = true
	case *syntax.LogCompare:
		b.plan.Compare = c
	default:
		return b.whole(c, rest)
	}
	return nil
}

func (b *builder) filter(c syntax.Command, x syntax.Expr) error {
	if err := b.scalar(x); err != nil {
		return err
	}
	b.stage.Rows = append(b.stage.Rows, c)
	if len(b.plan.Stages) == 0 && !b.multiply {
		b.pushdown(x)
	}
	return nil
}

func (b *builder) limit(c *syntax.Limit) error {
	if c.N > MaxLimit {
		return b.fail(c, "Query cannot be compiled")
	}
	if b.stage.Limit < 0 || c.N < b.stage.Limit {
		b.stage.Limit = c.N
	}
	b.stage.Any = b.stage.Any || c.Any
	if (c.Tail || c.Head) && b.scope.events {
		at := &syntax.Field{Pos: c.Pos, Segments: []string{block.Timestamp}}
		b.stage.Sort = []*syntax.Key{{Pos: c.Pos, X: at, Desc: c.Head}}
	}
	b.limited = true
	return nil
}

// items checks the expressions and lets later items of the command see earlier aliases.
func (b *builder) items(items []*syntax.Item, display bool) error {
	for _, it := range items {
		if err := b.scalar(it.X); err != nil {
			return err
		}
		if it.Alias != nil && !display && b.scope.projected[it.Alias.Name()] {
			return b.fail(it.Alias, "Unknown symbols found in or after stats: %s", it.Alias.Name())
		}
		if it.Alias != nil {
			b.scope.define(it.Alias.Name())
			if call, ok := it.X.(*syntax.Call); ok && isSplit(call) {
				b.scope.lists[it.Alias.Name()] = true
			}
		}
	}
	return nil
}

func (b *builder) outputs(only bool, out []syntax.Output) {
	for _, o := range out {
		if only { // OUTPUTNEW reads the field it may leave alone
			b.scope.useName(o.Name(), b.fields)
		}
		b.scope.create(o.Name())
	}
}

func (b *builder) join(c *syntax.Join) error {
	if b.joins++; b.joins > 1 {
		return b.misplaced(c)
	}
	if err := b.use(c.LeftKey); err != nil {
		return err
	}
	inner, err := b.subquery(c.Query)
	if err != nil {
		return err
	}
	if len(c.Query.Commands) > 0 {
		b.scope.prefix(c.Right, c.Left)
	}
	for _, col := range inner.Columns {
		b.scope.define(c.Right + "." + col)
	}
	b.stage.Rows = append(b.stage.Rows, c)
	b.multiply = true
	return nil
}

// subquery checks an inner query against the outer text, so that errors point into it.
func (b *builder) subquery(q *syntax.Query) (*Plan, error) {
	inner := *q
	inner.Text = b.text
	return Build(&inner)
}

// close ends the stage.
func (b *builder) close() {
	b.plan.Stages = append(b.plan.Stages, b.stage)
	b.multiply = true
	b.begin()
}
