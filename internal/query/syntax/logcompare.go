package syntax

// LogCompare runs the same query over a shifted range beside the original.
type LogCompare struct {
	Pos
	Shift *Period
}

func parseLogCompare(p *parser, start Pos) Command {
	p.expectWord("timeshift")
	if p.tok.kind != tPeriod {
		p.mismatch("PERIOD")
	}
	c := &LogCompare{Shift: p.primary().(*Period)}
	c.Pos = p.since(start)
	return c
}

func (c *LogCompare) String() string { return "logcompare timeshift " + c.Shift.String() }
func (*LogCompare) command()         {}
