package condition

import (
	"fmt"
	"strings"
)

// quantifier says how an operator treats a key with several values.
type quantifier uint8

const (
	single quantifier = iota
	forAll
	forAny
)

// Clause is one operator with one key and the policy's values for it. All clauses of a statement must hold.
type Clause struct {
	Operator string // as written
	Key      string // as written
	Values   []string

	op       *op
	key      string // lower-case
	set      quantifier
	ifExists bool
	operands []operand
}

// Parse reads a clause. variables is true for policies of version 2012-10-17. The error tells of an operator that does not exist;
// values are never wrong, they only match nothing.
func Parse(operator, key string, values []string, variables bool) (*Clause, error) {
	c := &Clause{Operator: operator, Key: key, Values: values, key: strings.ToLower(key)}
	name := operator
	if i := strings.IndexByte(name, ':'); i >= 0 {
		switch strings.ToLower(name[:i]) {
		case "forallvalues":
			c.set = forAll
		case "foranyvalue":
			c.set = forAny
		default:
			return nil, fmt.Errorf("condition operator %q: unknown set prefix", operator)
		}
		name = name[i+1:]
	}
	if c.op = ops[name]; c.op == nil {
		if base, ok := strings.CutSuffix(name, "IfExists"); ok {
			c.op, c.ifExists = ops[base], true
		}
	}
	if c.op == nil || c.op.null && (c.ifExists || c.set != single) {
		return nil, fmt.Errorf("condition operator %q: unknown", operator)
	}
	for _, v := range values {
		c.operands = append(c.operands, c.op.read(v, variables))
	}
	return c, nil
}

// Holds tells whether the clause is true of a request.
//
// Without a set prefix a key with several values holds if any of them matches a positive operator, and if none of them matches
// a negated one (inferred: AWS leaves it undefined).
func (c *Clause) Holds(ctx Context) bool {
	got := ctx.m[c.key]
	if c.op.null {
		absent := len(got) == 0 || len(got) == 1 && got[0] == ""
		for _, o := range c.operands {
			if o.null(absent) {
				return true
			}
		}
		return false
	}
	if len(got) == 0 {
		switch {
		case c.ifExists, c.set == forAll:
			return true
		case c.set == forAny:
			return false
		}
		return c.op.negated
	}
	switch c.set {
	case forAll:
		for _, g := range got {
			if !c.one(g, ctx) {
				return false
			}
		}
		return true
	case forAny:
		for _, g := range got {
			if c.one(g, ctx) {
				return true
			}
		}
		return false
	}
	for _, g := range got {
		if c.any(g, ctx) {
			return !c.op.negated
		}
	}
	return c.op.negated
}

// one tells whether one value of the request satisfies the operator: it equals one of the policy's values, or, negated, none.
func (c *Clause) one(g string, ctx Context) bool { return c.any(g, ctx) != c.op.negated }

func (c *Clause) any(g string, ctx Context) bool {
	for i := range c.operands {
		if c.op.equal(&c.operands[i], g, ctx) {
			return true
		}
	}
	return false
}
