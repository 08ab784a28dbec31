package plan

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Named collects every field that commands name, whatever it will mean there.
func Named(commands []syntax.Command) []*syntax.Field { return later(commands) }

// later collects every field that commands name, whatever it will mean there.
func later(commands []syntax.Command) []*syntax.Field {
	var out []*syntax.Field
	add := func(xs ...syntax.Expr) {
		for _, x := range xs {
			syntax.Walk(x, func(x syntax.Expr) bool {
				if f, ok := x.(*syntax.Field); ok {
					out = append(out, f)
				}
				return true
			})
		}
	}
	fields := func(fs ...*syntax.Field) { out = append(out, fs...) }
	items := func(its []*syntax.Item) {
		for _, it := range its {
			add(it.X)
		}
	}
	for _, c := range commands {
		switch c := c.(type) {
		case *syntax.Fields:
			items(c.Items)
		case *syntax.Display:
			items(c.Items)
		case *syntax.Filter:
			add(c.X)
		case *syntax.FilterIndex:
			add(c.X)
		case *syntax.Extract:
			if c.Source == nil {
				fields(&syntax.Field{Segments: []string{block.Message}})
			} else {
				add(c.Source)
			}
		case *syntax.Unnest:
			add(c.X)
		case *syntax.Expand:
			fields(c.Field)
		case *syntax.Lookup:
			for _, m := range c.Match {
				fields(m.Field)
			}
			for _, o := range c.Outputs {
				fields(&syntax.Field{Segments: strings.Split(o.Name(), ".")})
			}
		case *syntax.CidrLookup:
			fields(c.Field)
		case *syntax.Join:
			fields(c.LeftKey)
		case *syntax.Sort:
			for _, k := range c.Keys {
				add(k.X)
			}
		case *syntax.Dedup:
			fields(c.Fields...)
		case *syntax.Stats:
			items(c.Aggs)
			items(c.By)
		case *syntax.Pattern:
			add(c.X)
		case *syntax.CountFrequent:
			fields(c.Fields...)
		case *syntax.AddTotals:
			fields(c.Fields...)
		case *syntax.Autoregress:
			fields(c.Field)
		case *syntax.Accum:
			fields(c.Field)
		case *syntax.Outlier:
			fields(c.Fields...)
		case *syntax.Sessionize:
			fields(c.Fields...)
		case *syntax.RelevantFields:
			add(c.Where)
			fields(c.Fields...)
			fields(&syntax.Field{Segments: []string{block.Message}})
		case *syntax.FillDown:
			for _, f := range c.Fields {
				fields(&syntax.Field{Segments: strings.Split(strings.TrimSuffix(f, "*"), ".")})
			}
		}
	}
	return out
}
