package syntax

import "strings"

// Match pairs a column of a lookup table with a field of the event.
type Match struct {
	Table string
	Field *Field
}

// Output is a table column to take over, perhaps under another name.
type Output struct {
	Column string
	As     *Field
}

// Name is the field the output makes.
func (o Output) Name() string {
	if o.As != nil {
		return o.As.Name()
	}
	return o.Column
}

// Lookup adds columns of a table row with equal values.
type Lookup struct {
	Pos
	Table   string
	Match   []Match
	New     bool // OUTPUTNEW: only fields the row lacks
	Outputs []Output
}

func parseLookup(p *parser, start Pos) Command {
	c := &Lookup{Table: p.tableName()}
	for {
		f := p.field()
		m := Match{Table: f.Name(), Field: f}
		if p.accept("as") {
			m.Field = p.field()
		}
		c.Match = append(c.Match, m)
		if !p.tok.is(",") {
			break
		}
		p.advance()
	}
	c.New, c.Outputs = p.outputs()
	c.Pos = p.since(start)
	return c
}

// tableName reads a bare or quoted name; a hyphen may stand in it.
func (p *parser) tableName() string {
	if p.tok.kind == tString {
		s := p.tok.text
		p.advance()
		return s
	}
	f := p.field()
	s := f.Name()
	for p.tok.is("-") && p.tok.Start == p.prev.End {
		p.advance()
		if p.tok.kind == tEOF || p.tok.Start != p.prev.End {
			p.mismatch("FIELD")
		}
		s += "-" + p.lex.src[p.tok.Start:p.tok.End]
		p.advance()
	}
	return s
}

func (p *parser) outputs() (only bool, out []Output) {
	if !p.accept("OUTPUT") {
		p.expectWord("OUTPUTNEW")
		only = true
	}
	for {
		o := Output{Column: p.field().Name()}
		if p.accept("as") {
			o.As = p.field()
		}
		out = append(out, o)
		if !p.tok.is(",") {
			return only, out
		}
		p.advance()
	}
}

func printOutputs(only bool, out []Output) string {
	s := " OUTPUT "
	if only {
		s = " OUTPUTNEW "
	}
	parts := make([]string, len(out))
	for i, o := range out {
		parts[i] = quoteName(o.Column)
		if o.As != nil {
			parts[i] += " as " + o.As.String()
		}
	}
	return s + strings.Join(parts, ", ")
}

// quoteName prints a name whose dots are part of it or separate segments alike.
func quoteName(s string) string { return (&Field{Segments: strings.Split(s, ".")}).String() }

func (c *Lookup) String() string {
	parts := make([]string, len(c.Match))
	for i, m := range c.Match {
		parts[i] = quoteName(m.Table) + " as " + m.Field.String()
	}
	return "lookup " + Quote(c.Table) + " " + strings.Join(parts, ", ") + printOutputs(c.New, c.Outputs)
}
func (*Lookup) command() {}
