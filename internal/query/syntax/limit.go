package syntax

import "strconv"

// Limit keeps the first N rows. Any takes whichever rows are found first. Head and Tail are the newest and oldest N.
type Limit struct {
	Pos
	N          int
	Any        bool
	Head, Tail bool
}

func parseLimit(p *parser, start Pos) Command {
	c := &Limit{Any: p.accept("any")}
	c.N = p.integer()
	c.Pos = p.since(start)
	return c
}

func parseHead(p *parser, start Pos) Command {
	c := &Limit{Head: true, N: p.integer()}
	c.Pos = p.since(start)
	return c
}

func parseTail(p *parser, start Pos) Command {
	c := &Limit{Tail: true, N: p.integer()}
	c.Pos = p.since(start)
	return c
}

func (c *Limit) String() string {
	n := strconv.Itoa(c.N)
	switch {
	case c.Any:
		return "limit any " + n
	case c.Head:
		return "head " + n
	case c.Tail:
		return "tail " + n
	}
	return "limit " + n
}
func (*Limit) command() {}
