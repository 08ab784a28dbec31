package syntax

import "strings"

// Item is an expression with an optional alias, as in fields, display and stats.
type Item struct {
	Pos
	X     Expr
	Alias *Field // nil without "as"
	// Text is the expression as written, which is the column name of an unaliased expression.
	Text string
}

// Name is the name of the column the item makes.
func (i *Item) Name() string {
	if i.Alias != nil {
		return i.Alias.Name()
	}
	if f, ok := i.X.(*Field); ok {
		return f.Name()
	}
	if i.Text != "" {
		return i.Text
	}
	return i.X.String()
}

func (i *Item) String() string {
	if i.Alias != nil {
		return i.X.String() + " as " + i.Alias.String()
	}
	return i.X.String()
}

func (p *parser) item() *Item {
	start := p.tok.Pos
	x := p.boolean()
	it := &Item{X: x, Text: strings.Join(strings.Fields(p.lex.src[start.Start:p.prev.End]), " ")}
	if p.accept("as") {
		it.Alias = p.field()
	}
	it.Pos = p.since(start)
	return it
}

func (p *parser) items() []*Item {
	xs := []*Item{p.item()}
	for p.tok.is(",") {
		p.advance()
		xs = append(xs, p.item())
	}
	return xs
}

func itemList(xs []*Item) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = x.String()
	}
	return strings.Join(parts, ", ")
}

// Fields adds columns and computes new ones.
type Fields struct {
	Pos
	Items []*Item
}

func parseFields(p *parser, start Pos) Command {
	c := &Fields{Items: p.items()}
	c.Pos = p.since(start)
	return c
}

func (c *Fields) String() string { return "fields " + itemList(c.Items) }
func (*Fields) command()         {}
