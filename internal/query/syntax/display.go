package syntax

// Display decides the columns of the result; the last one wins.
type Display struct {
	Pos
	Items []*Item
}

func parseDisplay(p *parser, start Pos) Command {
	c := &Display{Items: p.items()}
	c.Pos = p.since(start)
	return c
}

func (c *Display) String() string { return "display " + itemList(c.Items) }
func (*Display) command()         {}
