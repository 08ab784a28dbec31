package syntax

import (
	"regexp"
	"strconv"
	"strings"
)

// ParseForm is how parse reads its source.
type ParseForm uint8

// The forms.
const (
	Glob ParseForm = iota
	RegexForm
	Logfmt
	CSV
	XML
	JSON
)

// Extract is the parse command: it extracts fields from a text. Rows that do not match stay, without the new fields.
type Extract struct {
	Pos
	Source  Expr // nil means @message
	Form    ParseForm
	Pattern string // glob, regex, XML path or JSON path
	Aliases []*Field
	Multi   bool // regex: one row per match
}

func parseParse(p *parser, start Pos) Command {
	c := &Extract{}
	if p.tok.word("json") {
		if l := p.lex; l.next().word("field") {
			p.advance()
			return p.parseJSON(c, start)
		}
	}
	if p.tok.kind != tString && !p.tok.is("/") {
		c.Source = p.postfix()
	}
	switch {
	case p.tok.kind == tString:
		c.Form, c.Pattern = Glob, p.tok.text
		at := p.tok.Pos
		p.advance()
		p.expectWord("as")
		c.Aliases = p.fieldList()
		if strings.Count(c.Pattern, "*") != len(c.Aliases) {
			p.failAt(at, "Number of wildcards in the glob expression does not match the number of aliases") // (inferred)
		}
	case p.tok.is("/"):
		p.relexRegex()
		if p.tok.kind != tRegex {
			p.mismatch("REGEX")
		}
		c.Form, c.Pattern = RegexForm, p.tok.text
		at := p.tok.Pos
		p.advance()
		if p.accept("as") {
			c.Aliases = p.fieldList()
		}
		c.Multi = p.accept("multi")
		re, err := regexp.Compile(c.Pattern)
		if err != nil || len(c.Aliases) > re.NumSubexp() || len(c.Aliases) == 0 && len(GroupNames(re)) == 0 {
			p.failAt(at, "Invalid regular expression in parse: a named group per field is required") // (inferred)
		}
	case p.tok.word("logfmt"):
		p.advance()
		c.Form = Logfmt
		p.expectWord("as")
		c.Aliases = []*Field{p.field()}
	case p.tok.word("csv"):
		p.advance()
		c.Form = CSV
		p.expectWord("as")
		c.Aliases = p.fieldList()
	case p.tok.word("xml"):
		p.advance()
		if p.tok.kind != tString {
			p.mismatch("STRING")
		}
		c.Form, c.Pattern = XML, p.tok.text
		p.advance()
		p.expectWord("as")
		c.Aliases = []*Field{p.field()}
	default:
		p.mismatch("{STRING, REGEX, K_LOGFMT, K_CSV, K_XML}")
	}
	c.Pos = p.since(start)
	return c
}

func (p *parser) parseJSON(c *Extract, start Pos) Command {
	c.Form = JSON
	p.expectWord("field")
	p.expect("=")
	c.Source = p.field()
	if p.tok.kind != tString {
		p.mismatch("STRING")
	}
	c.Pattern = p.tok.text
	p.advance()
	p.expectWord("as")
	c.Aliases = []*Field{p.field()}
	c.Pos = p.since(start)
	return c
}

// Names are the fields the command makes, in order.
func (c *Extract) Names() []string {
	if len(c.Aliases) == 0 && c.Form == RegexForm {
		re, err := regexp.Compile(c.Pattern)
		if err != nil {
			return nil
		}
		return GroupNames(re)
	}
	out := make([]string, len(c.Aliases))
	for i, a := range c.Aliases {
		out[i] = a.Name()
	}
	return out
}

// GroupNames lists the named groups of re in order.
func GroupNames(re *regexp.Regexp) []string {
	var out []string
	for _, n := range re.SubexpNames() {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

func (c *Extract) String() string {
	s := "parse "
	if c.Form == JSON {
		return s + "json field=" + c.Source.String() + " " + Quote(c.Pattern) + " as " + names(c.Aliases, ", ")
	}
	if c.Source != nil {
		s += operand(c.Source, precPrimary) + " "
	}
	switch c.Form {
	case Glob:
		s += Quote(c.Pattern)
	case RegexForm:
		s += (&Regex{Pattern: c.Pattern}).String()
	case Logfmt:
		s += "logfmt"
	case CSV:
		s += "csv"
	case XML:
		s += "XML " + Quote(c.Pattern)
	}
	if len(c.Aliases) > 0 {
		s += " as " + names(c.Aliases, ", ")
	}
	if c.Multi {
		s += " multi"
	}
	return s
}
func (*Extract) command() {}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
