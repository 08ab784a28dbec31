package syntax

// Join adds the columns of the rows of another query with an equal key.
type Join struct {
	Pos
	LeftJoin    bool // keep left rows without partner
	Left, Right string
	LeftKey     *Field // without the prefix
	RightKey    *Field
	Query       *Query
}

func parseJoin(p *parser, start Pos) Command {
	c := &Join{Left: "left", Right: "right"}
	for {
		switch {
		case p.option("type"):
			switch {
			case p.accept("left"):
				c.LeftJoin = true
			case p.accept("inner"):
			default:
				p.mismatch("{inner, left}")
			}
			continue
		case p.option("left"):
			c.Left = p.field().Name()
			continue
		case p.option("right"):
			c.Right = p.field().Name()
			continue
		}
		break
	}
	if !p.accept("where") {
		p.expectWord("on")
	}
	at := p.tok.Pos
	a := p.field()
	p.expect("=")
	b := p.field()
	if a.Segments[0] == c.Right && b.Segments[0] == c.Left {
		a, b = b, a
	}
	if len(a.Segments) < 2 || len(b.Segments) < 2 || a.Segments[0] != c.Left || b.Segments[0] != c.Right {
		p.failAt(Pos{at.Start, p.prev.End}, "Query cannot be compiled")
	}
	c.LeftKey = &Field{Pos: a.Pos, Segments: a.Segments[1:]}
	c.RightKey = &Field{Pos: b.Pos, Segments: b.Segments[1:]}
	p.expect("(")
	c.Query = p.subquery()
	p.expect(")")
	c.Pos = p.since(start)
	return c
}

func (c *Join) String() string {
	t := "inner"
	if c.LeftJoin {
		t = "left"
	}
	l := &Field{Segments: append([]string{c.Left}, c.LeftKey.Segments...)}
	r := &Field{Segments: append([]string{c.Right}, c.RightKey.Segments...)}
	return "join type=" + t + " left=" + quoteName(c.Left) + " right=" + quoteName(c.Right) +
		" where " + l.String() + " = " + r.String() + " (" + c.Query.String() + ")"
}
func (*Join) command() {}
