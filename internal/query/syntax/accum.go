package syntax

// Accum keeps a running sum.
type Accum struct {
	Pos
	Field *Field
	As    *Field // nil replaces the field
}

func parseAccum(p *parser, start Pos) Command {
	c := &Accum{Field: p.field()}
	if p.accept("as") {
		c.As = p.field()
	}
	c.Pos = p.since(start)
	return c
}

func (c *Accum) String() string {
	if c.As != nil {
		return "accum " + c.Field.String() + " as " + c.As.String()
	}
	return "accum " + c.Field.String()
}
func (*Accum) command() {}
