package syntax

import "strconv"

// AddTotals adds a column with the sum of each row, a row with the sum of each column, or both.
type AddTotals struct {
	Pos
	Row, Col  bool
	FieldName string
	Fields    []*Field // empty means all numeric columns
}

func parseAddTotals(p *parser, start Pos) Command {
	c := &AddTotals{Row: true, FieldName: "Total"}
	for {
		switch {
		case p.option("row"):
			c.Row = p.flag()
			continue
		case p.option("col"):
			c.Col = p.flag()
			continue
		case p.option("fieldname"):
			c.FieldName = p.tableName()
			continue
		}
		break
	}
	c.Fields = p.fieldsBlank()
	c.Pos = p.since(start)
	return c
}

func (c *AddTotals) String() string {
	s := "addtotals row=" + strconv.FormatBool(c.Row) + " col=" + strconv.FormatBool(c.Col) + " fieldname=" + Quote(c.FieldName)
	if len(c.Fields) > 0 {
		s += " " + names(c.Fields, ", ")
	}
	return s
}
func (*AddTotals) command() {}
