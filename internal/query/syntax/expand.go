package syntax

// Expand makes one row per element of the JSON array in a field, replacing the field.
type Expand struct {
	Pos
	Field *Field
}

func parseExpand(p *parser, start Pos) Command {
	c := &Expand{Field: p.field()}
	c.Pos = p.since(start)
	return c
}

func (c *Expand) String() string { return "expand " + c.Field.String() }
func (*Expand) command()         {}
