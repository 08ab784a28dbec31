package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of a rule. [CloudWatch: PutCompositeAlarm]
const (
	MaxLength   = 10_240 // bytes
	MaxChildren = 100
	maxElements = 500
	maxDepth    = 100 // of brackets and NOT (inferred)
)

// State is a state of an alarm, as AWS spells it.
type State string

var states = []State{"ALARM", "OK", "INSUFFICIENT_DATA"}

// Rule is a parsed rule. It is immutable.
type Rule struct {
	root     *node
	children []string
}

type kind int

const (
	constant kind = iota
	inState       // ALARM(a)
	not
	and
	or
	atLeast // AT_LEAST(2, NOT OK, (a, b))
)

type node struct {
	kind    kind
	value   bool    // of a constant
	state   State   // of inState and atLeast
	negated bool    // of atLeast: NOT state
	count   float64 // of atLeast
	percent bool
	names   []string // of inState one
	args    []*node
}

// Parse reads a rule. Its errors say what is wrong, in words for the caller of PutCompositeAlarm.
func Parse(text string) (*Rule, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("the rule is longer than %d characters", MaxLength)
	}
	p := &parser{text: text}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(text) {
		return nil, p.fault("unexpected text")
	}
	if len(p.children) > MaxChildren {
		return nil, fmt.Errorf("the rule names more than %d alarms", MaxChildren)
	}
	return &Rule{root, p.children}, nil
}

// Children lists the alarms that a rule names, as written, each once.
func (r *Rule) Children() []string { return slices.Clone(r.children) }

type parser struct {
	text     string
	at       int
	elements int
	children []string
}

func (p *parser) fault(what string) error { return fmt.Errorf("%s at position %d", what, p.at+1) }

func (p *parser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// sign takes a bracket or comma.
func (p *parser) sign(c byte) bool {
	p.blanks()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// peek returns the next word of letters and _.
func (p *parser) peek() string {
	p.blanks()
	end := p.at
	for end < len(p.text) && (p.text[end] >= 'A' && p.text[end] <= 'Z' || p.text[end] == '_') {
		end++
	}
	return p.text[p.at:end]
}

func (p *parser) word(w string) bool {
	if p.peek() != w {
		return false
	}
	p.at += len(w)
	return true
}

// element counts one more element of the rule.
func (p *parser) element(n *node) (*node, error) {
	if p.elements++; p.elements > maxElements {
		return nil, fmt.Errorf("the rule has more than %d elements", maxElements)
	}
	return n, nil
}

func (p *parser) or(depth int) (*node, error) { return p.joined(depth, "OR", or, p.and) }

// and binds tighter than or (inferred).
func (p *parser) and(depth int) (*node, error) { return p.joined(depth, "AND", and, p.term) }

func (p *parser) joined(depth int, word string, k kind, part func(int) (*node, error)) (*node, error) {
	left, err := part(depth)
	if err != nil {
		return nil, err
	}
	args := []*node{left}
	for p.word(word) {
		right, err := part(depth)
		if err != nil {
			return nil, err
		}
		args = append(args, right)
		if _, err := p.element(nil); err != nil {
			return nil, err
		}
	}
	if len(args) == 1 {
		return left, nil
	}
	return &node{kind: k, args: args}, nil
}

func (p *parser) term(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, p.fault("the rule is nested too deeply")
	}
	if p.sign('(') {
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.sign(')') {
			return nil, p.fault("a bracket is not closed")
		}
		return inner, nil
	}
	switch w := p.peek(); w {
	case "NOT":
		p.word(w)
		inner, err := p.term(depth + 1)
		if err != nil {
			return nil, err
		}
		return p.element(&node{kind: not, args: []*node{inner}})
	case "TRUE", "FALSE":
		p.word(w)
		return p.element(&node{kind: constant, value: w == "TRUE"})
	case "AT_LEAST":
		p.word(w)
		return p.atLeast()
	case "ALARM", "OK", "INSUFFICIENT_DATA":
		p.word(w)
		names, err := p.names()
		if err != nil {
			return nil, err
		}
		if len(names) != 1 {
			return nil, p.fault(w + " takes one alarm")
		}
		return p.element(&node{kind: inState, state: State(w), names: names})
	}
	return nil, p.fault("expected a condition")
}

// atLeast reads (M, [NOT] STATE, (a, b)).
func (p *parser) atLeast() (*node, error) {
	n := &node{kind: atLeast}
	if !p.sign('(') {
		return nil, p.fault("expected (")
	}
	p.blanks()
	end := p.at
	for end < len(p.text) && p.text[end] >= '0' && p.text[end] <= '9' {
		end++
	}
	count, err := strconv.Atoi(p.text[p.at:end])
	if err != nil || count < 1 {
		return nil, p.fault("expected a number from 1 on")
	}
	n.count, p.at = float64(count), end
	if n.percent = p.sign('%'); n.percent && count > 100 {
		return nil, p.fault("expected at most 100%")
	}
	if !p.sign(',') {
		return nil, p.fault("expected a comma")
	}
	n.negated = p.word("NOT")
	n.state = State(p.peek())
	if !slices.Contains(states, n.state) {
		return nil, p.fault("expected ALARM, OK or INSUFFICIENT_DATA")
	}
	p.word(string(n.state))
	if !p.sign(',') {
		return nil, p.fault("expected a comma")
	}
	if n.names, err = p.names(); err != nil {
		return nil, err
	}
	if !p.sign(')') {
		return nil, p.fault("a bracket is not closed")
	}
	if !n.percent && count > len(n.names) {
		return nil, fmt.Errorf("AT_LEAST asks for %d of %d alarms", count, len(n.names))
	}
	for range n.names {
		if _, err := p.element(nil); err != nil {
			return nil, err
		}
	}
	return p.element(n)
}

// names reads (a, "b").
func (p *parser) names() ([]string, error) {
	if !p.sign('(') {
		return nil, p.fault("expected (")
	}
	var out []string
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		out = append(out, name)
		if !slices.Contains(p.children, name) && len(p.children) <= MaxChildren {
			p.children = append(p.children, name)
		}
		switch {
		case p.sign(')'):
			return out, nil
		case !p.sign(','):
			return nil, p.fault("expected ) or a comma")
		}
	}
}

// name reads the name or ARN of an alarm: in quotes anything, \" and \\ standing for " and \ (the latter inferred).
func (p *parser) name() (string, error) {
	if !p.sign('"') {
		end := p.at
		for end < len(p.text) && strings.IndexByte(" \t\r\n(),\"", p.text[end]) < 0 {
			end++
		}
		if end == p.at {
			return "", p.fault("expected the name of an alarm")
		}
		name := p.text[p.at:end]
		p.at = end
		return name, nil
	}
	var b strings.Builder
	for ; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		if c == '"' {
			p.at++
			if b.Len() == 0 {
				return "", p.fault("expected the name of an alarm")
			}
			return b.String(), nil
		}
		if c == '\\' && p.at+1 < len(p.text) && (p.text[p.at+1] == '"' || p.text[p.at+1] == '\\') {
			p.at++
			c = p.text[p.at]
		}
		b.WriteByte(c)
	}
	return "", p.fault("a quoted name has no end")
}
