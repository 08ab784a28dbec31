package syntax

import "strings"

// Source chooses the log groups inside the query; it stands first.
type Source struct {
	Pos
	// Groups are the group names of the short form, as used in subqueries and shown by DescribeQueries.
	Groups []string
	// Start and End are range words of the short form as written, such as -1d and now.
	Start, End string
	// Parts are the selectors in order: logGroups, dataSource, logGroupTags.
	Parts []SourcePart
}

// SourcePart is one selector with its arguments.
type SourcePart struct {
	Name string // logGroups, dataSource or logGroupTags
	// Args holds the values by argument name; dataSource's list has the name "".
	Args []SourceArg
	// Raw is the JSON text of logGroupTags.
	Raw string
}

// SourceArg is one named list.
type SourceArg struct {
	Name   string
	Values []string
}

func parseSource(p *parser, start Pos) Command {
	c := &Source{}
	if p.tok.kind == tString || p.tok.kind == tName && !p.tok.selector() {
		c.Groups = append(c.Groups, p.tableName())
		for p.tok.is(",") {
			p.advance()
			c.Groups = append(c.Groups, p.tableName())
		}
		if p.option("start") {
			c.Start = p.rangeWord()
		}
		if p.option("end") {
			c.End = p.rangeWord()
		}
		c.Pos = p.since(start)
		return c
	}
	for p.tok.kind == tName {
		switch {
		case p.tok.word("logGroups"):
			c.Parts = append(c.Parts, p.sourceArgs("logGroups"))
		case p.tok.word("dataSource"):
			c.Parts = append(c.Parts, p.sourceArgs("dataSource"))
		case p.tok.word("logGroupTags"):
			c.Parts = append(c.Parts, p.sourceTags())
		default:
			p.mismatch("{logGroups, dataSource, logGroupTags}")
		}
	}
	if len(c.Parts) == 0 {
		p.mismatch("{logGroups, dataSource, logGroupTags, STRING}")
	}
	c.Pos = p.since(start)
	return c
}

// selector tells a word that begins a selector from the name of a group.
func (t token) selector() bool {
	return t.word("logGroups") || t.word("dataSource") || t.word("logGroupTags")
}

func (p *parser) rangeWord() string {
	s := ""
	if p.tok.is("-") || p.tok.is("+") {
		s = p.tok.text
		p.advance()
	}
	if p.tok.kind != tPeriod && p.tok.kind != tName && p.tok.kind != tNumber {
		p.mismatch("{PERIOD, NUMBER, now}")
	}
	s += p.tok.text
	p.advance()
	return s
}

func (p *parser) sourceArgs(name string) SourcePart {
	part := SourcePart{Name: name}
	p.advance()
	p.expect("(")
	for !p.tok.is(")") {
		var a SourceArg
		if p.tok.kind == tName {
			a.Name = p.tok.text
			switch a.Name {
			case "namePrefix", "accountIdentifier", "accountIdentifiers", "class":
			default:
				p.mismatch("{namePrefix, accountIdentifiers, class}")
			}
			p.advance()
			p.expect(":")
		}
		p.expect("[")
		for p.tok.kind == tString {
			a.Values = append(a.Values, p.tok.text)
			p.advance()
			if p.tok.is(",") {
				p.advance()
			}
		}
		p.expect("]")
		part.Args = append(part.Args, a)
		if p.tok.is(",") {
			p.advance()
		} else if !p.tok.is(")") {
			p.mismatch("')'")
		}
	}
	p.advance()
	return part
}

// sourceTags keeps the JSON argument as text; strings inside cannot unbalance it since tokens are counted.
func (p *parser) sourceTags() SourcePart {
	p.advance()
	from := p.tok.End
	p.expect("(")
	depth := 1
	for {
		switch {
		case p.tok.is("("):
			depth++
		case p.tok.is(")"):
			depth--
		case p.tok.kind == tEOF || p.tok.kind == tBad:
			p.mismatch("')'")
		}
		if depth == 0 {
			break
		}
		p.advance()
	}
	raw := strings.TrimSpace(p.lex.src[from:p.tok.Start])
	p.advance()
	return SourcePart{Name: "logGroupTags", Raw: raw}
}

func (c *Source) String() string {
	var b strings.Builder
	b.WriteString("SOURCE")
	if len(c.Parts) == 0 {
		for i, g := range c.Groups {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" " + Quote(g))
		}
		if c.Start != "" {
			b.WriteString(" start=" + c.Start)
		}
		if c.End != "" {
			b.WriteString(" end=" + c.End)
		}
		return b.String()
	}
	for _, part := range c.Parts {
		b.WriteString(" " + part.Name + "(" + part.Raw)
		for i, a := range part.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			if a.Name != "" {
				b.WriteString(a.Name + ": ")
			}
			b.WriteString("[")
			for j, v := range a.Values {
				if j > 0 {
					b.WriteString(", ")
				}
				b.WriteString(Quote(v))
			}
			b.WriteString("]")
		}
		b.WriteString(")")
	}
	return b.String()
}
func (*Source) command() {}
