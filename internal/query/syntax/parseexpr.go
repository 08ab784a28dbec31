package syntax

import (
	"strconv"
	"strings"
)

func (p *parser) enter() func() {
	p.depth++
	if p.depth > MaxDepth {
		p.failAt(p.tok.Pos, "Query cannot be compiled")
	}
	return func() { p.depth-- }
}

func (p *parser) boolean() Expr {
	defer p.enter()()
	x := p.and()
	for p.tok.word("or") {
		p.advance()
		r := p.and()
		x = &Binary{Pos: span(x, r), Op: "or", L: x, R: r}
	}
	return x
}

func (p *parser) and() Expr {
	x := p.not()
	for p.tok.word("and") {
		p.advance()
		r := p.not()
		x = &Binary{Pos: span(x, r), Op: "and", L: x, R: r}
	}
	return x
}

func (p *parser) not() Expr {
	if p.tok.word("not") || p.tok.is("!") {
		defer p.enter()()
		start := p.tok.Start
		p.advance()
		x := p.not()
		return &Unary{Pos: Pos{start, x.Range().End}, Op: "not", X: x}
	}
	return p.predicate()
}

func (p *parser) predicate() Expr {
	x := p.sum()
	negated := false
	if p.tok.word("not") {
		p.advance()
		negated = true
		if !p.tok.word("like") && !p.tok.word("in") {
			p.mismatch("{K_LIKE, K_IN}")
		}
	}
	switch {
	case p.tok.word("like"):
		p.advance()
		pat := p.sum()
		return &Like{Pos: span(x, pat), X: x, Not: negated, Pattern: pat}
	case p.tok.is("=~"):
		p.advance()
		if p.tok.is("/") {
			p.relexRegex()
		}
		pat := p.sum()
		return &Like{Pos: span(x, pat), X: x, Pattern: pat}
	case p.tok.word("in"):
		p.advance()
		return p.in(x, negated)
	}
	if p.tok.kind == tOp {
		op := p.tok.text
		switch op {
		case "==":
			op = "="
		case "<>":
			op = "!="
		}
		switch op {
		case "=", "!=", "<", "<=", ">", ">=":
			p.advance()
			r := p.sum()
			return &Binary{Pos: span(x, r), Op: op, L: x, R: r}
		}
	}
	return x
}

func (p *parser) in(x Expr, negated bool) Expr {
	n := &In{X: x, Not: negated}
	closing := "]"
	switch {
	case p.tok.is("["):
		p.advance()
	case p.tok.is("("):
		p.advance()
		if p.atCommand() {
			n.Query = p.subquery()
			n.Pos = Pos{x.Range().Start, p.expect(")").End}
			return n
		}
		closing = ")" // a list in parentheses, as in SQL, is tolerated (inferred)
	default:
		p.mismatch("'['")
	}
	if !p.tok.is(closing) {
		n.List = p.list()
	}
	n.Pos = Pos{x.Range().Start, p.expect(closing).End}
	return n
}

func (p *parser) list() []Expr {
	xs := []Expr{p.boolean()}
	for p.tok.is(",") {
		p.advance()
		xs = append(xs, p.boolean())
	}
	return xs
}

func (p *parser) sum() Expr {
	x := p.product()
	for p.tok.is("+") || p.tok.is("-") {
		op := p.tok.text
		p.advance()
		r := p.product()
		x = &Binary{Pos: span(x, r), Op: op, L: x, R: r}
	}
	return x
}

func (p *parser) product() Expr {
	x := p.power()
	for p.tok.is("*") || p.tok.is("/") || p.tok.is("%") {
		op := p.tok.text
		p.advance()
		r := p.power()
		x = &Binary{Pos: span(x, r), Op: op, L: x, R: r}
	}
	return x
}

// power is left-associative like the rest; AWS documents no associativity (inferred).
func (p *parser) power() Expr {
	x := p.unary()
	for p.tok.is("^") {
		p.advance()
		r := p.unary()
		x = &Binary{Pos: span(x, r), Op: "^", L: x, R: r}
	}
	return x
}

func (p *parser) unary() Expr {
	if p.tok.is("-") || p.tok.is("+") {
		defer p.enter()()
		t := p.tok
		p.advance()
		x := p.unary()
		if t.text == "+" {
			return x
		}
		return &Unary{Pos: Pos{t.Start, x.Range().End}, Op: "-", X: x}
	}
	return p.postfix()
}

func (p *parser) postfix() Expr {
	x := p.primary()
	if _, isCall := x.(*Call); !isCall {
		return x
	}
	// jsonParse(x).a.b and jsonParse(x)[0]: the text goes on directly after the parenthesis.
	end := x.Range().End
	src := p.lex.src
	if end >= len(src) || src[end] != '.' && src[end] != '[' {
		return x
	}
	l := lexer{src: "x" + src[end:]}
	t := l.name()
	if t.kind != tName || len(t.segments) < 2 {
		return x
	}
	p.lex.off = end + t.End - 1
	p.prev = Pos{x.Range().Start, p.lex.off}
	p.tok = p.lex.next()
	return &Member{Pos: p.prev, X: x, Segments: t.segments[1:]}
}

func (p *parser) primary() Expr {
	if p.tok.is("/") {
		p.relexRegex()
	}
	t := p.tok
	switch t.kind {
	case tNumber:
		p.advance()
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.failAt(t.Pos, "Query cannot be compiled")
		}
		return &Number{Pos: t.Pos, Text: t.text, Value: v}
	case tPeriod:
		p.advance()
		return p.period(t)
	case tString:
		p.advance()
		return &String{Pos: t.Pos, Value: t.text}
	case tRegex:
		p.advance()
		return &Regex{Pos: t.Pos, Pattern: t.text}
	case tName:
		p.advance()
		if p.tok.is("(") && !t.quoted && len(t.segments) == 1 {
			return p.call(t)
		}
		return &Field{Pos: t.Pos, Segments: t.segments}
	}
	if t.is("(") {
		p.advance()
		x := p.boolean()
		p.expect(")")
		return x
	}
	p.mismatch("{STRING, NUMBER, FIELD, '('}")
	return nil
}

func (p *parser) call(name token) Expr {
	defer p.enter()()
	c := &Call{Name: name.text}
	p.expect("(")
	switch {
	case p.tok.is("*"):
		p.advance()
		c.Star = true
	case !p.tok.is(")"):
		c.Args = p.list()
	}
	c.Pos = Pos{name.Start, p.expect(")").End}
	return c
}

func (p *parser) period(t token) *Period {
	i := strings.IndexFunc(t.text, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(t.text[:i])
	if err != nil || n > 1_000_000_000 {
		p.failAt(t.Pos, "Query cannot be compiled")
	}
	return &Period{Pos: t.Pos, N: n, Unit: t.text[i:]}
}

func span(a, b Node) Pos { return Pos{a.Range().Start, b.Range().End} }
