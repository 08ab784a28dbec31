package syntax

// Stats aggregates the rows, one result row per combination of the By values.
type Stats struct {
	Pos
	Aggs []*Item
	By   []*Item
	// Offset shifts the time of the series; nil without it.
	Offset *Period
}

func parseStats(p *parser, start Pos) Command {
	c := &Stats{Aggs: p.items()}
	if p.accept("by") {
		c.By = p.items()
		if p.accept("offset") {
			if p.tok.kind != tPeriod {
				p.mismatch("PERIOD")
			}
			c.Offset = p.primary().(*Period)
		}
	}
	c.Pos = p.since(start)
	return c
}

func (c *Stats) String() string {
	s := "stats " + itemList(c.Aggs)
	if len(c.By) > 0 {
		s += " by " + itemList(c.By)
	}
	if c.Offset != nil {
		s += " offset " + c.Offset.String()
	}
	return s
}
func (*Stats) command() {}
