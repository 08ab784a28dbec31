package syntax

// Unmask shows masked data; without fields, all of it.
type Unmask struct {
	Pos
	Fields []*Field
}

func parseUnmask(p *parser, start Pos) Command {
	c := &Unmask{Fields: p.fieldsBlank()}
	c.Pos = p.since(start)
	return c
}

func (c *Unmask) String() string {
	if len(c.Fields) == 0 {
		return "unmask"
	}
	return "unmask " + names(c.Fields, ", ")
}
func (*Unmask) command() {}
