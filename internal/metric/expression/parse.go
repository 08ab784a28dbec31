package expression

import (
	"strconv"
)

// maxDepth bounds the nesting of an expression.
const maxDepth = 64

// Expression is a parsed expression. It is immutable.
type Expression struct{ root *node }

type nodeKind int

const (
	literal  nodeKind = iota
	text              // a quoted text
	id                // a series by the Id of its query
	list              // [a, b]
	negation          // -a
	binary            // a + b
	call              // F(a)
)

type node struct {
	kind   nodeKind
	text   string // id, operator, function or the quoted text
	number float64
	args   []*node
	offset int
}

// Parse reads an expression. The error is an *Error.
func Parse(source string) (*Expression, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	root, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, fault(t.offset, "unexpected %q", t.text)
	}
	return &Expression{root}, nil
}

type parser struct {
	tokens []token
	at     int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) take(s string) bool {
	if t := p.peek(); t.kind == sign && t.text == s {
		p.at++
		return true
	}
	return false
}

// binding is how tightly binary operators bind; the sheet of AWS gives the operators, the order is that of C (inferred).
var binding = map[string]int{
	"||": 1, "OR": 1, "&&": 2, "AND": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "^": 7,
}

const bindingOfMinus = 6

// plain gives operators one spelling.
func plain(op string) string {
	switch op {
	case "AND":
		return "&&"
	case "OR":
		return "||"
	}
	return op
}

// expression reads operators that bind tighter than least.
func (p *parser) expression(least int) (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fault(p.peek().offset, "the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		t := p.peek()
		b := binding[t.text]
		if b == 0 || b <= least || t.kind != sign && t.kind != name {
			return left, nil
		}
		p.next()
		under := b
		if t.text == "^" {
			under-- // to the right
		}
		right, err := p.expression(under)
		if err != nil {
			return nil, err
		}
		left = &node{kind: binary, text: plain(t.text), args: []*node{left, right}, offset: t.offset}
	}
}

func (p *parser) operand() (*node, error) {
	t := p.next()
	switch {
	case t.kind == numeral:
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, fault(t.offset, "%s is no number", t.text)
		}
		return &node{kind: literal, number: v, offset: t.offset}, nil
	case t.kind == quoted:
		return &node{kind: text, text: t.text, offset: t.offset}, nil
	case t.kind == name && binding[t.text] == 0:
		if !p.take("(") {
			return &node{kind: id, text: t.text, offset: t.offset}, nil
		}
		args, err := p.list(")")
		return &node{kind: call, text: t.text, args: args, offset: t.offset}, err
	case t.kind == sign && t.text == "-":
		arg, err := p.expression(bindingOfMinus)
		return &node{kind: negation, args: []*node{arg}, offset: t.offset}, err
	case t.kind == sign && t.text == "(":
		inner, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, fault(t.offset, "unmatched parenthesis")
		}
		return inner, nil
	case t.kind == sign && t.text == "[":
		args, err := p.list("]")
		return &node{kind: list, args: args, offset: t.offset}, err
	case t.kind == end:
		return nil, fault(t.offset, "unexpected end of the expression")
	}
	return nil, fault(t.offset, "unexpected %q", t.text)
}

// list reads arguments up to the closing bracket.
func (p *parser) list(closing string) ([]*node, error) {
	if p.take(closing) {
		return nil, nil
	}
	var out []*node
	for {
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		out = append(out, arg)
		if p.take(closing) {
			return out, nil
		}
		if t := p.peek(); !p.take(",") {
			return nil, fault(t.offset, "expected %q or a comma", closing)
		}
	}
}

// IDs returns the Ids that an expression names, in order, each once.
func (e *Expression) IDs() []string {
	var out []string
	seen := map[string]bool{}
	e.walk(func(n *node) {
		if n.kind == id && !seen[n.text] && !isWord(n.text) {
			seen[n.text] = true
			out = append(out, n.text)
		}
	})
	return out
}

// Calls tells whether an expression calls a function.
func (e *Expression) Calls(function string) bool {
	found := false
	e.walk(func(n *node) { found = found || n.kind == call && n.text == function })
	return found
}

func (e *Expression) walk(visit func(*node)) {
	var walk func(*node)
	walk = func(n *node) {
		visit(n)
		for _, a := range n.args {
			walk(a)
		}
	}
	walk(e.root)
}

// isWord tells the bare words that FILL and SORT take.
func isWord(s string) bool {
	switch s {
	case "REPEAT", "LINEAR", "AVG", "MIN", "MAX", "SUM", "ASC", "DESC":
		return true
	}
	return false
}
