package syntax

import "strconv"

// MaxLag bounds the rows autoregress looks back.
const MaxLag = 1000

// Autoregress copies values of previous rows into new columns.
type Autoregress struct {
	Pos
	Field  *Field
	As     *Field // nil without "as"
	P1, P2 int    // lags, inclusive
	Span   bool   // p was written as a range
}

func parseAutoregress(p *parser, start Pos) Command {
	c := &Autoregress{Field: p.field(), P1: 1, P2: 1}
	if p.accept("as") {
		c.As = p.field()
	}
	if p.option("p") {
		at := p.tok.Pos
		c.P1 = p.integer()
		c.P2 = c.P1
		if p.tok.is("-") {
			p.advance()
			c.P2, c.Span = p.integer(), true
		}
		if c.P1 < 1 || c.P2 < c.P1 || c.P2 > MaxLag {
			p.failAt(Pos{at.Start, p.prev.End}, "Query cannot be compiled")
		}
	}
	c.Pos = p.since(start)
	return c
}

// Name is the column for a lag.
func (c *Autoregress) Name(lag int) string {
	base := c.Field.Name() + "_p" + strconv.Itoa(lag)
	if c.As != nil {
		base = c.As.Name()
		if c.Span {
			base += "_p" + strconv.Itoa(lag)
		}
	}
	return base
}

func (c *Autoregress) String() string {
	s := "autoregress " + c.Field.String()
	if c.As != nil {
		s += " as " + c.As.String()
	}
	s += " p=" + strconv.Itoa(c.P1)
	if c.Span {
		s += "-" + strconv.Itoa(c.P2)
	}
	return s
}
func (*Autoregress) command() {}
