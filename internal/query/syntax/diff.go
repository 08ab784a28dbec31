package syntax

// Diff compares the patterns with those of an earlier period.
type Diff struct {
	Pos
	Modifier string // "", previousDay, previousWeek, previousMonth
}

func parseDiff(p *parser, start Pos) Command {
	c := &Diff{}
	for _, m := range []string{"previousDay", "previousWeek", "previousMonth"} {
		if p.accept(m) {
			c.Modifier = m
			break
		}
	}
	c.Pos = p.since(start)
	return c
}

func (c *Diff) String() string {
	if c.Modifier == "" {
		return "diff"
	}
	return "diff " + c.Modifier
}
func (*Diff) command() {}
