package run

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

func (r *runner) autoregress(c *syntax.Autoregress, t *Table) (*Table, error) {
	lags := c.P2 - c.P1 + 1
	if r.used.Load()+cellBytes*int64(lags)*int64(len(t.Rows)) > r.opt.Limits.Bytes {
		return nil, r.exceeded()
	}
	names := make([]string, 0, lags+1)
	names = append(names, c.Field.Name())
	for lag := c.P1; lag <= c.P2; lag++ {
		names = append(names, c.Name(lag))
	}
	t.widen(names...)
	src := t.column(c.Field.Name())
	for lag := c.P1; lag <= c.P2; lag++ {
		dst := t.column(c.Name(lag))
		for i := len(t.Rows) - 1; i >= 0; i-- {
			v := value.Value{}
			if i >= lag {
				v = t.Rows[i-lag][src]
			}
			t.Rows[i][dst] = v
		}
	}
	return t, nil
}

func accum(c *syntax.Accum, t *Table) *Table {
	src := t.ensure(c.Field.Name())
	dst := src
	if c.As != nil {
		dst = t.ensure(c.As.Name())
	}
	sum := 0.0
	for _, row := range t.Rows {
		n, ok := row[src].Num()
		if !ok {
			row[dst] = value.Value{}
			continue
		}
		sum += n
		row[dst] = value.OfNumber(sum)
	}
	return t
}

func fillDown(c *syntax.FillDown, t *Table) *Table {
	for _, col := range t.matching(c.Fields) {
		last := value.Value{}
		for _, row := range t.Rows {
			if row[col].IsNull() {
				row[col] = last
			} else {
				last = row[col]
			}
		}
	}
	return t
}

// sessionize numbers sessions per actor in time order; the session's name is "<number>".
func (r *runner) sessionize(c *syntax.Sessionize, t *Table) (*Table, error) {
	if err := r.hold(indexBytes * int64(len(t.Rows))); err != nil {
		return nil, err
	}
	span := int64(30 * 60_000)
	if c.MaxSpan != nil {
		if p, err := fn.ParsePeriod(c.MaxSpan.N, c.MaxSpan.Unit); err == nil {
			span = p.Millis()
		}
	}
	cols := t.matching(fieldNames(c.Fields))
	at := t.ensure(block.Timestamp)
	dst := t.ensure(c.Name())
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(t.Rows[i][at].Millis(), t.Rows[j][at].Millis())
	})
	type session struct{ id, last int64 }
	open := map[string]session{}
	next := int64(0)
	var buf []byte
rows:
	for _, i := range order {
		row := t.Rows[i]
		buf = buf[:0]
		for _, col := range cols {
			if absent(row[col]) {
				continue rows
			}
			buf = value.AppendKey(buf, row[col])
		}
		ms := row[at].Millis()
		s, have := open[string(buf)]
		if !have || ms-s.last > span {
			next++
			s.id = next
		}
		s.last = ms
		open[string(buf)] = s
		row[dst] = value.OfInt(s.id)
	}
	return t, nil
}

// outlier pulls values beyond param interquartile ranges to the border, or removes their rows. Values below are only
// touched with uselower.
func outlier(c *syntax.Outlier, t *Table) *Table {
	drop := make([]bool, len(t.Rows))
	for _, col := range t.matching(fieldNames(c.Fields)) {
		var xs []float64
		for _, row := range t.Rows {
			if n, ok := row[col].Num(); ok {
				xs = append(xs, n)
			}
		}
		if len(xs) == 0 {
			continue
		}
		slices.Sort(xs)
		q1, q3 := quantile(xs, 0.25), quantile(xs, 0.75)
		low, high := q1-c.Param*(q3-q1), q3+c.Param*(q3-q1)
		for i, row := range t.Rows {
			n, ok := row[col].Num()
			if !ok || n <= high && (n >= low || !c.UseLower) {
				continue
			}
			if c.Remove {
				drop[i] = true
				continue
			}
			v := value.OfNumber(min(max(n, low), high))
			if c.Mark { // the mark goes before the number, as in Splunk's command of this name (inferred)
				s, _ := v.Text()
				v = value.OfString("000" + s)
			}
			row[col] = v
		}
	}
	kept := t.Rows[:0]
	for i, row := range t.Rows {
		if !drop[i] {
			kept = append(kept, row)
		}
	}
	t.Rows = kept
	return t
}

func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*(at-float64(i))
}

func addTotals(c *syntax.AddTotals, t *Table, visible int) *Table {
	cols := t.matching(fieldNames(c.Fields))
	if len(c.Fields) == 0 {
		cols = slices.DeleteFunc(cols, func(i int) bool { return i >= visible })
	}
	sums := map[int]float64{}
	dst := -1
	if c.Row {
		dst = t.ensure(c.FieldName)
	}
	for _, row := range t.Rows {
		sum, any := 0.0, false
		for _, col := range cols {
			if n, ok := row[col].Num(); ok && row[col].Kind() != value.Time {
				sum, any = sum+n, true
				sums[col] += n
			}
		}
		if dst >= 0 && any {
			row[dst] = value.OfNumber(sum)
		}
	}
	if c.Col {
		last := make([]value.Value, len(t.Names))
		for col, sum := range sums {
			last[col] = value.OfNumber(sum)
		}
		t.Rows = append(t.Rows, last)
	}
	return t
}

func (r *runner) countFrequent(c *syntax.CountFrequent, t *Table) (*Table, error) {
	names := fieldNames(c.Fields)
	cols := make([]int, len(names))
	for i, n := range names {
		cols[i] = t.ensure(n)
	}
	type entry struct {
		keys []value.Value
		n    int64
	}
	found := map[string]*entry{}
	var buf []byte
rows:
	for _, row := range t.Rows {
		buf = buf[:0]
		for _, col := range cols {
			if absent(row[col]) {
				continue rows // a missing field is nothing to count (inferred)
			}
			buf = value.AppendKey(buf, row[col])
		}
		e := found[string(buf)]
		if e == nil {
			if err := r.hold(indexBytes + 2*int64(len(buf)) + 2*cellBytes*int64(len(cols)+1)); err != nil {
				return nil, err
			}
			e = &entry{}
			for _, col := range cols {
				e.keys = append(e.keys, row[col])
			}
			found[string(buf)] = e
		}
		e.n++
	}
	out := &Table{Names: append(names, "_approxcount")}
	for _, e := range found {
		out.Rows = append(out.Rows, append(e.keys, value.OfInt(e.n)))
	}
	slices.SortFunc(out.Rows, func(a, b []value.Value) int {
		if c := value.Compare(b[len(cols)], a[len(cols)]); c != 0 {
			return c
		}
		for i := range cols {
			if c := cmp.Or(value.Compare(a[i], b[i]), strings.Compare(a[i].Raw(), b[i].Raw())); c != 0 {
				return c
			}
		}
		return 0
	})
	return out, nil
}
