package syntax

import "strings"

// FillMissing adds the empty buckets of a series by bin.
type FillMissing struct {
	Pos
	Fills []Fill
}

// Fill is the value that a column gets in an added bucket.
type Fill struct {
	Value Expr
	Field *Field
}

func parseFillMissing(p *parser, start Pos) Command {
	c := &FillMissing{}
	for p.accept("with") || len(c.Fills) > 0 && p.tok.is(",") {
		if p.tok.is(",") {
			p.advance()
			p.accept("with")
		}
		v := p.unary()
		p.expectWord("for")
		c.Fills = append(c.Fills, Fill{v, p.field()})
	}
	c.Pos = p.since(start)
	return c
}

func (c *FillMissing) String() string {
	parts := make([]string, len(c.Fills))
	for i, f := range c.Fills {
		parts[i] = operand(f.Value, precUnary) + " for " + f.Field.String()
	}
	if len(parts) == 0 {
		return "fillmissing"
	}
	return "fillmissing with " + strings.Join(parts, ", ")
}
func (*FillMissing) command() {}
