package syntax

// FilterIndex is a filter that reads only what is indexed on the field.
type FilterIndex struct {
	Pos
	X Expr // a comparison with = or a membership
}

func parseFilterIndex(p *parser, start Pos) Command {
	x := p.boolean()
	ok := true
	Walk(x, func(x Expr) bool {
		switch x := x.(type) {
		case *Binary:
			ok = ok && (x.Op == "=" || x.Op == "and" || x.Op == "or")
		case *In:
			ok = ok && !x.Not && x.Query == nil
		case *Like, *Unary, *Call:
			ok = false
		}
		return ok
	})
	if _, bare := x.(*Field); bare || !ok {
		p.failAt(x.Range(), "Query cannot be compiled")
	}
	return &FilterIndex{Pos: p.since(start), X: x}
}

func (c *FilterIndex) String() string { return "filterIndex " + c.X.String() }
func (*FilterIndex) command()         {}
