package syntax

// Unnest makes one row per element of a list.
type Unnest struct {
	Pos
	X    Expr
	Into *Field
}

func parseUnnest(p *parser, start Pos) Command {
	c := &Unnest{X: p.sum()}
	p.expectWord("into")
	c.Into = p.field()
	c.Pos = p.since(start)
	return c
}

func (c *Unnest) String() string { return "unnest " + c.X.String() + " into " + c.Into.String() }
func (*Unnest) command()         {}
