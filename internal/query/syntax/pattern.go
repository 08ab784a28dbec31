package syntax

// Pattern clusters the rows by the structure of a text.
type Pattern struct {
	Pos
	X Expr
}

func parsePattern(p *parser, start Pos) Command {
	c := &Pattern{X: p.sum()}
	c.Pos = p.since(start)
	return c
}

func (c *Pattern) String() string { return "pattern " + c.X.String() }
func (*Pattern) command()         {}
