package syntax

// RelevantFields ranks fields by how well they tell rows with the condition from the others.
type RelevantFields struct {
	Pos
	Fields []*Field // empty means all discovered fields
	Where  Expr
}

func parseRelevantFields(p *parser, start Pos) Command {
	c := &RelevantFields{Fields: p.fieldsBlank("where")}
	p.expectWord("where")
	c.Where = p.boolean()
	c.Pos = p.since(start)
	return c
}

func (c *RelevantFields) String() string {
	s := "relevantfields "
	if len(c.Fields) > 0 {
		s += names(c.Fields, ", ") + " "
	}
	return s + "where " + c.Where.String()
}
func (*RelevantFields) command() {}
