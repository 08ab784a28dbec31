package syntax

import "strconv"

// AppendCols puts the columns of another query beside the rows, by position.
type AppendCols struct {
	Pos
	Override bool
	Max      int
	Query    *Query
}

func parseAppendCols(p *parser, start Pos) Command {
	c := &AppendCols{Max: 10000}
	for {
		if p.option("override") {
			c.Override = p.flag()
			continue
		}
		if p.option("max") {
			at := p.tok.Pos
			if c.Max = p.integer(); c.Max < 1 || c.Max > 100000 {
				p.failAt(at, "Query cannot be compiled")
			}
			continue
		}
		break
	}
	p.expect("(")
	c.Query = p.subquery()
	p.expect(")")
	c.Pos = p.since(start)
	return c
}

func (c *AppendCols) String() string {
	return "appendcols override=" + strconv.FormatBool(c.Override) + " max=" + strconv.Itoa(c.Max) + " (" + c.Query.String() + ")"
}
func (*AppendCols) command() {}
