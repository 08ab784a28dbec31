package syntax

import (
	"strconv"
	"strings"
	"unicode"
)

// Expr is a scalar expression; conditions are expressions too (1 or 0).
type Expr interface {
	Node
	expr()
}

// Field names a field, an alias, or a path into one.
type Field struct {
	Pos
	// Segments is the path; an element of a list is its number in decimal.
	Segments []string
}

// Name is the path joined by dots: the column name of the field.
func (f *Field) Name() string {
	if len(f.Segments) == 1 {
		return f.Segments[0]
	}
	return strings.Join(f.Segments, ".")
}

func (f *Field) String() string {
	var b strings.Builder
	for i, s := range f.Segments {
		if i > 0 {
			b.WriteByte('.')
		}
		if bareSegment(s, i == 0) {
			b.WriteString(s)
		} else {
			b.WriteString("`" + s + "`")
		}
	}
	return b.String()
}

func bareSegment(s string, first bool) bool {
	for i, r := range s {
		if r == unicode.ReplacementChar || !isNameRune(r, 1) || first && i == 0 && !isNameStart(s) {
			return false
		}
	}
	return s != "" && !(first && reserved[strings.ToLower(s)])
}

// reserved words need backticks as the first segment of a field when printed.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "like": true, "as": true, "by": true, "asc": true, "desc": true,
	"into": true, "output": true, "outputnew": true, "with": true, "for": true, "where": true, "offset": true, "on": true,
	"multi": true, "logfmt": true, "csv": true, "xml": true, "json": true, "any": true, "maxspan": true, "source": true,
}

// Number is a number literal.
type Number struct {
	Pos
	Text  string
	Value float64
}

func (n *Number) String() string { return n.Text }

// String is a quoted text.
type String struct {
	Pos
	Value string
}

func (s *String) String() string { return Quote(s.Value) }

// Quote prints a text as a string literal.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Regex is a regular expression literal.
type Regex struct {
	Pos
	Pattern string
}

func (r *Regex) String() string { return "/" + strings.ReplaceAll(r.Pattern, "/", `\/`) + "/" }

// Period is a time span literal such as 5m.
type Period struct {
	Pos
	N    int
	Unit string // as written
}

func (p *Period) String() string { return strconv.Itoa(p.N) + p.Unit }

// Call is a function call, scalar or aggregate. Star is count(*).
type Call struct {
	Pos
	Name string // as written
	Args []Expr
	Star bool
}

func (c *Call) String() string {
	if c.Star {
		return c.Name + "(*)"
	}
	return c.Name + "(" + join(c.Args) + ")"
}

// Member is a path into the value of an expression: jsonParse(x).a.b.
type Member struct {
	Pos
	X        Expr
	Segments []string
}

func (m *Member) String() string {
	path := (&Field{Segments: append([]string{"x"}, m.Segments...)}).String()
	return operand(m.X, precPrimary) + path[1:]
}

// Unary is -x or not x.
type Unary struct {
	Pos
	Op string // "-" or "not"
	X  Expr
}

func (u *Unary) String() string {
	if u.Op == "not" {
		return "not " + operand(u.X, precNot)
	}
	return "-" + operand(u.X, precUnary)
}

// Binary is an arithmetic operation, a comparison or a logical connection.
type Binary struct {
	Pos
	Op   string // + - * / % ^ = != < <= > >= and or
	L, R Expr
}

func (b *Binary) String() string {
	p := precOf(b)
	// Left-associative: the right side needs parentheses at equal strength; comparisons do not chain.
	l := p
	if p == precCompare {
		l++
	}
	return operand(b.L, l) + " " + b.Op + " " + operand(b.R, p+1)
}

// Like is substring or regex search.
type Like struct {
	Pos
	X       Expr
	Not     bool
	Pattern Expr // *String, *Regex, or another expression giving the text
}

func (l *Like) String() string {
	s := operand(l.X, precCompare+1)
	if l.Not {
		s += " not"
	}
	return s + " like " + operand(l.Pattern, precCompare+1)
}

// In is membership in a list or in the rows of a subquery.
type In struct {
	Pos
	X     Expr
	Not   bool
	List  []Expr
	Query *Query // nil for a list
}

func (n *In) String() string {
	s := operand(n.X, precCompare+1)
	if n.Not {
		s += " not"
	}
	if n.Query != nil {
		return s + " in (" + n.Query.String() + ")"
	}
	return s + " in [" + join(n.List) + "]"
}

func (*Field) expr()  {}
func (*Number) expr() {}
func (*String) expr() {}
func (*Regex) expr()  {}
func (*Period) expr() {}
func (*Call) expr()   {}
func (*Member) expr() {}
func (*Unary) expr()  {}
func (*Binary) expr() {}
func (*Like) expr()   {}
func (*In) expr()     {}

func join(xs []Expr) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = x.String()
	}
	return strings.Join(parts, ", ")
}

// Strengths of operators, weakest first.
const (
	precOr = iota
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precPow
	precUnary
	precPrimary
)

func precOf(x Expr) int {
	switch x := x.(type) {
	case *Binary:
		switch x.Op {
		case "or":
			return precOr
		case "and":
			return precAnd
		case "+", "-":
			return precAdd
		case "*", "/", "%":
			return precMul
		case "^":
			return precPow
		}
		return precCompare
	case *Like, *In:
		return precCompare
	case *Unary:
		if x.Op == "not" {
			return precNot
		}
		return precUnary
	}
	return precPrimary
}

func operand(x Expr, least int) string {
	if precOf(x) < least {
		return "(" + x.String() + ")"
	}
	return x.String()
}

// Walk calls visit for x and, as long as visit returns true, for everything below it. Subqueries are not entered.
func Walk(x Expr, visit func(Expr) bool) {
	if x == nil || !visit(x) {
		return
	}
	switch x := x.(type) {
	case *Call:
		for _, a := range x.Args {
			Walk(a, visit)
		}
	case *Member:
		Walk(x.X, visit)
	case *Unary:
		Walk(x.X, visit)
	case *Binary:
		Walk(x.L, visit)
		Walk(x.R, visit)
	case *Like:
		Walk(x.X, visit)
		Walk(x.Pattern, visit)
	case *In:
		Walk(x.X, visit)
		for _, a := range x.List {
			Walk(a, visit)
		}
	}
}
