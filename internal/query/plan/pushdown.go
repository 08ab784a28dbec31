package plan

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// pushdown collects conditions from the and-connected parts of a filter.
func (b *builder) pushdown(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Binary:
		switch x.Op {
		case "and":
			b.pushdown(x.L)
			b.pushdown(x.R)
		case "=", "!=":
			f, s := b.plain(x.L), exactText(x.R)
			if f == "" || s == nil {
				f, s = b.plain(x.R), exactText(x.L)
			}
			if f != "" && s != nil {
				op := block.Eq
				if x.Op == "!=" {
					op = block.Ne
				}
				b.plan.Equal = append(b.plan.Equal, block.Predicate{Column: f, Op: op, Values: []string{*s}})
			}
		}
	case *syntax.Like:
		f, ok := x.X.(*syntax.Field)
		if !ok || x.Not || f.Name() != block.Message || b.scope.known(f.Segments) {
			return
		}
		p := block.Predicate{Column: block.Message, Op: block.Contains}
		switch pattern := x.Pattern.(type) {
		case *syntax.String:
			p.Values = []string{pattern.Value}
		case *syntax.Regex:
			p.Values = required(pattern.Pattern)
		}
		if len(p.Values) > 0 {
			b.plan.Equal = append(b.plan.Equal, p)
		}
	case *syntax.In:
		f := b.plain(x.X)
		if f == "" || x.Not || x.Query != nil {
			return
		}
		p := block.Predicate{Column: f, Op: block.In}
		for _, e := range x.List {
			s := exactText(e)
			if s == nil {
				return
			}
			p.Values = append(p.Values, *s)
		}
		b.plan.Equal = append(b.plan.Equal, p)
	case *syntax.Call:
		if strings.EqualFold(x.Name, "ispresent") && len(x.Args) == 1 {
			if f := b.plain(x.Args[0]); f != "" {
				b.plan.Equal = append(b.plan.Equal, block.Predicate{Column: f, Op: block.Exists})
			}
		}
	}
}

// plain is the name of an event field that is no alias, or "".
func (b *builder) plain(x syntax.Expr) string {
	f, ok := x.(*syntax.Field)
	if !ok || b.scope.known(f.Segments) {
		return ""
	}
	switch f.Name() {
	case block.Timestamp, block.IngestionTime, block.Message, block.Ptr:
		return "" // times compare by number, texts of these are not indexed
	}
	return f.Name()
}

// exactText is the text literal if equality with it is equality of bytes.
func exactText(x syntax.Expr) *string {
	s, ok := x.(*syntax.String)
	if !ok || s.Value == "true" || s.Value == "false" {
		return nil
	}
	if _, numeric := value.ParseNumber(s.Value); numeric {
		return nil
	}
	return &s.Value
}
