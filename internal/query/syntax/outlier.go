package syntax

import "strconv"

// Outlier pulls in or removes values far outside the quartiles.
type Outlier struct {
	Pos
	Remove         bool
	Param          float64 // multiple of the interquartile range
	UseLower, Mark bool
	Fields         []*Field
}

func parseOutlier(p *parser, start Pos) Command {
	c := &Outlier{Param: 2.5}
	for {
		switch {
		case p.option("action"):
			switch {
			case p.accept("remove"), p.accept("rm"):
				c.Remove = true
			case p.accept("transform"), p.accept("tf"):
			default:
				p.mismatch("{transform, remove}")
			}
			continue
		case p.option("param"):
			c.Param = p.number()
			continue
		case p.option("uselower"):
			c.UseLower = p.flag()
			continue
		case p.option("mark"):
			c.Mark = p.flag()
			continue
		}
		break
	}
	c.Fields = p.fieldList()
	c.Pos = p.since(start)
	return c
}

func (c *Outlier) String() string {
	action := "transform"
	if c.Remove {
		action = "remove"
	}
	return "outlier action=" + action + " param=" + formatFloat(c.Param) + " uselower=" + strconv.FormatBool(c.UseLower) +
		" mark=" + strconv.FormatBool(c.Mark) + " " + names(c.Fields, ", ")
}
func (*Outlier) command() {}
