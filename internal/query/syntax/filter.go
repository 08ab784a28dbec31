package syntax

// Filter keeps the rows for which X holds. where and search without more are the same command.
type Filter struct {
	Pos
	X Expr
}

func parseFilter(p *parser, start Pos) Command {
	c := &Filter{X: p.boolean()}
	c.Pos = p.since(start)
	return c
}

func (c *Filter) String() string { return "filter " + c.X.String() }
func (*Filter) command()         {}

// parseSearch reads the old, undocumented search: a text or regex looked for in @message. (inferred)
func parseSearch(p *parser, start Pos) Command {
	if !p.tok.is("/") && p.tok.kind != tString {
		return parseFilter(p, start)
	}
	x := p.primary()
	m := &Field{Pos: start, Segments: []string{"@message"}}
	return &Filter{Pos: p.since(start), X: &Like{Pos: x.Range(), X: m, Pattern: x}}
}
