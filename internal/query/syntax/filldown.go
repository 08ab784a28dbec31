package syntax

import "strings"

// FillDown puts the last value above into empty cells.
type FillDown struct {
	Pos
	// Fields are names; one ending in * means all columns with that beginning. Empty means all.
	Fields []string
}

func parseFillDown(p *parser, start Pos) Command {
	c := &FillDown{}
	for p.tok.kind == tName {
		name := p.field().Name()
		if p.tok.is("*") && p.tok.Start == p.prev.End {
			name += "*"
			p.advance()
		}
		c.Fields = append(c.Fields, name)
		if p.tok.is(",") {
			p.advance()
		}
	}
	c.Pos = p.since(start)
	return c
}

func (c *FillDown) String() string {
	s := "filldown"
	for _, f := range c.Fields {
		base, star := strings.CutSuffix(f, "*")
		s += " " + quoteName(base)
		if star {
			s += "*"
		}
	}
	return s
}
func (*FillDown) command() {}
