package syntax

import "strings"

// Key is one sort key.
type Key struct {
	Pos
	X    Expr
	Desc bool
}

func (k *Key) String() string {
	if k.Desc {
		return k.X.String() + " desc"
	}
	return k.X.String() + " asc"
}

// Sort orders the rows.
type Sort struct {
	Pos
	Keys []*Key
}

func parseSort(p *parser, start Pos) Command {
	p.accept("by")
	c := &Sort{}
	for {
		at := p.tok.Pos
		k := &Key{X: p.boolean()}
		if p.accept("desc") {
			k.Desc = true
		} else {
			p.accept("asc")
		}
		k.Pos = p.since(at)
		c.Keys = append(c.Keys, k)
		if !p.tok.is(",") {
			break
		}
		p.advance()
	}
	c.Pos = p.since(start)
	return c
}

func (c *Sort) String() string {
	parts := make([]string, len(c.Keys))
	for i, k := range c.Keys {
		parts[i] = k.String()
	}
	return "sort " + strings.Join(parts, ", ")
}
func (*Sort) command() {}
