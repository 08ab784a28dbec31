package syntax

// Dedup keeps the first row of each combination of values.
type Dedup struct {
	Pos
	Fields []*Field
}

func parseDedup(p *parser, start Pos) Command {
	c := &Dedup{Fields: p.fieldList()}
	c.Pos = p.since(start)
	return c
}

func (c *Dedup) String() string { return "dedup " + names(c.Fields, ", ") }
func (*Dedup) command()         {}
