package run

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// maxDiscovered is the number of fields per event that are looked at. [CloudWatch Logs: discoverable fields]
const maxDiscovered = 200

// relevantFields scores each field by how much its distribution among rows with the condition differs from that among
// the others: half the sum of absolute differences of shares, 0 to 1. (inferred: AWS's score is not public)
func (r *runner) relevantFields(c *syntax.RelevantFields, t *Table) (*Table, error) {
	p := &program{compiler: &compiler{e: newEnv(), r: r, names: map[string]int{}, lenient: true}}
	e := p.e
	for i, n := range t.Names {
		p.define(n, func() value.Value { return e.cells[i] })
	}
	message := t.column("@message")
	p.compiler.events = false
	hold := p.cond(c.Where)
	if p.compiler.err != nil {
		return nil, p.compiler.err
	}
	type tally struct {
		in, out map[string]float64
		// numbers are the values with a numeric view, with the condition and of all rows.
		numbers, all []float64
	}
	fields := map[string]*tally{}
	wanted := map[string]bool{}
	for _, f := range c.Fields {
		wanted[f.Name()] = true
	}
	var in, out float64
	for i, row := range t.Rows {
		e.cells = row
		e.beginRow(i)
		yes := hold()
		if yes {
			in++
		} else {
			out++
		}
		m, _ := row[message].Text()
		if value.ParseJSON(m).Kind() != value.Map {
			continue
		}
		size := int64(0)
		value.Leaves(m, maxDiscovered, func(path string, v value.Value) {
			if len(wanted) > 0 && !wanted[path] {
				return
			}
			f := fields[path]
			if f == nil {
				f = &tally{in: map[string]float64{}, out: map[string]float64{}}
				fields[strings.Clone(path)] = f
				size += 3*indexBytes + int64(len(path))
			}
			s, _ := v.Text()
			if n, numeric := v.Num(); numeric {
				f.all = append(f.all, n)
				if yes {
					f.numbers = append(f.numbers, n)
				}
				size += 32 // a slice may have twice the room it needs
			}
			seen := f.out
			if yes {
				seen = f.in
			}
			if _, have := seen[s]; !have {
				size += indexBytes + int64(len(s))
			}
			seen[s]++
		})
		if err := r.hold(size); err != nil {
			return nil, err
		}
	}
	res := &Table{Names: []string{"@fieldName", "@relevanceScore", "@topRelevanceContributors", "@conditionalMedian", "@baselineMedian"}}
	if in == 0 {
		return res, nil
	}
	for name, f := range fields {
		score, missingIn, missingOut := 0.0, 1.0, 1.0
		type part struct {
			text string
			gain float64
		}
		var parts []part
		for s, n := range f.in {
			share, base := n/in, f.out[s]/max(out, 1)
			missingIn -= share
			score += math.Abs(share - base)
			if share > base {
				parts = append(parts, part{s, share - base})
			}
		}
		for s, n := range f.out {
			missingOut -= n / max(out, 1)
			if _, both := f.in[s]; !both {
				score += n / max(out, 1)
			}
		}
		score = (score + math.Abs(missingIn-missingOut)) / 2
		slices.SortFunc(parts, func(a, b part) int { return cmp.Or(-cmp.Compare(a.gain, b.gain), strings.Compare(a.text, b.text)) })
		var top []string
		for _, p := range parts[:min(len(parts), 3)] {
			top = append(top, p.text)
		}
		res.Rows = append(res.Rows, []value.Value{value.OfString(name), value.OfNumber(math.Round(score*1e4) / 1e4), value.OfString(strings.Join(top, ",")),
			medianOf(f.numbers), medianOf(f.all)})
	}
	slices.SortFunc(res.Rows, func(a, b []value.Value) int {
		return cmp.Or(-value.Compare(a[1], b[1]), strings.Compare(a[0].Raw(), b[0].Raw()))
	})
	return res, nil
}

// medianOf is null without numbers.
func medianOf(xs []float64) value.Value {
	if len(xs) == 0 {
		return value.Value{}
	}
	slices.Sort(xs)
	return value.OfNumber(quantile(xs, 0.5))
}
