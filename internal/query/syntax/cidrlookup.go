package syntax

// CidrLookup adds columns of the table row whose network holds the address.
type CidrLookup struct {
	Pos
	Table   string
	Field   *Field
	Column  string // the table's network column; "" means the first
	New     bool
	Outputs []Output
}

func parseCidrLookup(p *parser, start Pos) Command {
	c := &CidrLookup{Table: p.tableName(), Field: p.field()}
	if p.accept("as") {
		c.Column = p.field().Name()
	}
	c.New, c.Outputs = p.outputs()
	c.Pos = p.since(start)
	return c
}

func (c *CidrLookup) String() string {
	s := "cidrlookup " + Quote(c.Table) + " " + c.Field.String()
	if c.Column != "" {
		s += " as " + quoteName(c.Column)
	}
	return s + printOutputs(c.New, c.Outputs)
}
func (*CidrLookup) command() {}
