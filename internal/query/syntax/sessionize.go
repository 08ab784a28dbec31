package syntax

// Sessionize numbers runs of events of the same actor without longer pauses.
type Sessionize struct {
	Pos
	Fields  []*Field
	MaxSpan *Period // nil means 30 minutes
	As      *Field  // nil means session_id
}

func parseSessionize(p *parser, start Pos) Command {
	c := &Sessionize{Fields: p.fieldList()}
	if p.accept("maxspan") {
		if p.tok.is("=") {
			p.advance()
		}
		if p.tok.kind != tPeriod {
			p.mismatch("PERIOD")
		}
		c.MaxSpan = p.primary().(*Period)
	}
	if p.accept("as") {
		c.As = p.field()
	}
	c.Pos = p.since(start)
	return c
}

// Name is the column with the session.
func (c *Sessionize) Name() string {
	if c.As != nil {
		return c.As.Name()
	}
	return "session_id"
}

func (c *Sessionize) String() string {
	s := "sessionize " + names(c.Fields, ", ")
	if c.MaxSpan != nil {
		s += " maxspan " + c.MaxSpan.String()
	}
	if c.As != nil {
		s += " as " + c.As.String()
	}
	return s
}
func (*Sessionize) command() {}
