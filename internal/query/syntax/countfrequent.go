package syntax

// CountFrequent counts the combinations of values, most frequent first.
type CountFrequent struct {
	Pos
	Fields []*Field
}

func parseCountFrequent(p *parser, start Pos) Command {
	c := &CountFrequent{Fields: p.fieldList()}
	c.Pos = p.since(start)
	return c
}

func (c *CountFrequent) String() string { return "countFrequent " + names(c.Fields, ", ") }
func (*CountFrequent) command()         {}
