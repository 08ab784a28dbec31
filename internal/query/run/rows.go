package run

import (
	"maps"
	"slices"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// kept is a row that was copied out of its block.
type kept struct {
	keys, cells []value.Value
	time, seq   int64
	fresh       bool // points into the current block
}

// orderer compares rows: by the keys, null last in both directions, then newest first.
type orderer struct{ desc []bool }

func (o *orderer) compare(a, b *kept) int {
	for i, desc := range o.desc {
		x, y := a.keys[i], b.keys[i]
		c := value.Compare(x, y)
		if c == 0 {
			continue
		}
		if desc && !absent(x) && !absent(y) {
			return -c
		}
		return c
	}
	switch {
	case a.time != b.time:
		if a.time > b.time {
			return -1
		}
		return 1
	case a.seq > b.seq:
		return -1
	case a.seq < b.seq:
		return 1
	}
	return 0
}

func absent(v value.Value) bool { return v.IsNull() || v.Kind() >= value.Map }

// sink takes the rows of one worker.
type sink interface {
	add(p *program) error
	// settle copies what still points into the block that is about to be released.
	settle()
	// merge takes over what other holds, which is not used afterwards.
	merge(other sink) error
	// size is about the memory that a copy takes.
	size() int64
	// copy is a sink of another runner that holds the same and takes no rows; it is called between blocks.
	copy(r *runner) sink
}

// rowSink keeps rows: all of them, the first limit in order, or the first of each dedup key.
type rowSink struct {
	r     *runner
	ord   orderer
	keys  []eval
	cells []eval
	dedup []eval
	limit int // -1 keeps all
	rows  []*kept
	byKey map[string]int // dedup key → index in rows
	probe kept
	buf   []byte
	fresh []*kept
	where func() (time, seq int64)
	full  func() // called when limit any is reached
	best  bool   // of the rows only the first in order count, since nothing follows that needs all
}

func (r *runner) rowSink(st *plan.Stage, p *program, where func() (int64, int64)) *rowSink {
	s := &rowSink{r: r, limit: st.Limit, where: where, best: st.Whole == nil && st.Dedup == nil}
	if st.Whole != nil && st.Limit < 0 {
		s.limit = -1
	}
	sort := st.Sort
	_, renamed := p.names["@timestamp"]
	if p.events && len(sort) == 1 && sort[0].Desc && isField(sort[0].X, "@timestamp") && !renamed {
		sort = nil // the order of ties already
	}
	for _, k := range sort {
		s.keys = append(s.keys, p.expr(k.X))
		s.ord.desc = append(s.ord.desc, k.Desc)
	}
	s.probe.keys = make([]value.Value, len(s.keys))
	for _, n := range st.Columns {
		s.cells = append(s.cells, p.named(n))
	}
	for _, f := range st.Dedup {
		s.dedup = append(s.dedup, p.field(f.Segments))
	}
	if s.dedup != nil {
		s.byKey = map[string]int{}
	}
	return s
}

func isField(x syntax.Expr, name string) bool {
	f, ok := x.(*syntax.Field)
	return ok && f.Name() == name
}

// named compiles a column by name.
func (c *compiler) named(name string) eval {
	if i, ok := c.names[name]; ok {
		return c.read(i)
	}
	return c.field(splitName(name))
}

func (s *rowSink) add(*program) error {
	k := &s.probe
	k.time, k.seq = s.where()
	for i, f := range s.keys {
		k.keys[i] = f()
	}
	if s.dedup != nil {
		key, whole := s.key()
		if whole {
			if i, have := s.byKey[string(key)]; have {
				if s.ord.compare(k, s.rows[i]) < 0 {
					return s.copyInto(s.rows[i])
				}
				return nil
			}
			s.byKey[string(key)] = len(s.rows)
		}
		return s.append()
	}
	if s.limit < 0 || len(s.rows) < s.limit {
		if err := s.append(); err != nil {
			return err
		}
		if len(s.rows) == s.limit {
			s.heapify()
			if s.full != nil {
				s.full()
			}
		}
		return nil
	}
	// The worst row that is kept stands at the top of the heap.
	if s.limit == 0 || s.ord.compare(k, s.rows[0]) >= 0 {
		return nil
	}
	if err := s.copyInto(s.rows[0]); err != nil {
		return err
	}
	s.down(0)
	return nil
}

// key is the dedup key; whole is false if a part is null, then the row is kept in any case.
func (s *rowSink) key() (key []byte, whole bool) {
	s.buf = s.buf[:0]
	for _, f := range s.dedup {
		v := f()
		if absent(v) {
			return nil, false
		}
		s.buf = value.AppendKey(s.buf, v)
	}
	return s.buf, true
}

func (s *rowSink) append() error {
	k := &kept{}
	if err := s.copyInto(k); err != nil {
		return err
	}
	s.rows = append(s.rows, k)
	return nil
}

// settle gives rows text of their own. Doing so at the end of a block, not when a row is taken, spares copying rows that
// better ones of the same block replace: over ascending blocks every row is the newest so far.
func (s *rowSink) settle() {
	for _, k := range s.fresh {
		k.fresh = false
		for i := range k.keys {
			k.keys[i] = k.keys[i].Clone()
		}
		for i := range k.cells {
			k.cells[i] = k.cells[i].Clone()
		}
	}
	clear(s.fresh)
	s.fresh = s.fresh[:0]
}

// copyInto replaces k by the current row and accounts for the change.
func (s *rowSink) copyInto(k *kept) error {
	size := int64(0)
	for i := range k.keys {
		size -= k.keys[i].Size()
	}
	for i := range k.cells {
		size -= k.cells[i].Size()
	}
	if k.cells == nil {
		k.keys, k.cells = make([]value.Value, len(s.keys)), make([]value.Value, len(s.cells))
		size += 96
	}
	k.time, k.seq = s.probe.time, s.probe.seq
	for i := range k.keys {
		k.keys[i] = s.probe.keys[i]
		size += k.keys[i].Size()
	}
	for i, f := range s.cells {
		k.cells[i] = f()
		size += k.cells[i].Size()
	}
	if !k.fresh {
		k.fresh = true
		s.fresh = append(s.fresh, k)
	}
	return s.r.hold(size)
}

func (s *rowSink) heapify() {
	for i := len(s.rows)/2 - 1; i >= 0; i-- {
		s.down(i)
	}
}

func (s *rowSink) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(s.rows) {
			return
		}
		if c+1 < len(s.rows) && s.ord.compare(s.rows[c+1], s.rows[c]) > 0 {
			c++
		}
		if s.ord.compare(s.rows[c], s.rows[i]) <= 0 {
			return
		}
		s.rows[i], s.rows[c] = s.rows[c], s.rows[i]
		i = c
	}
}

func (s *rowSink) merge(other sink) error {
	o := other.(*rowSink)
	if s.dedup == nil {
		s.rows = append(s.rows, o.rows...)
		return nil
	}
	at := make(map[int]string, len(o.byKey))
	for k, i := range o.byKey {
		at[i] = k
	}
	for i, row := range o.rows {
		k, keyed := at[i]
		if !keyed {
			s.rows = append(s.rows, row)
			continue
		}
		if j, have := s.byKey[k]; have {
			if s.ord.compare(row, s.rows[j]) < 0 {
				s.rows[j] = row
			}
			continue
		}
		s.byKey[k] = len(s.rows)
		s.rows = append(s.rows, row)
	}
	return nil
}

func (s *rowSink) size() int64 {
	n := len(s.rows)
	if s.best {
		n = min(n, MaxPartial)
	}
	return int64(n)*(96+32*int64(len(s.keys)+len(s.cells))) + 48*int64(len(s.byKey))
}

func (s *rowSink) copy(r *runner) sink {
	c := &rowSink{r: r, ord: s.ord, limit: s.limit, dedup: s.dedup, byKey: maps.Clone(s.byKey), rows: slices.Clone(s.rows)}
	if s.best && len(c.rows) > MaxPartial {
		slices.SortFunc(c.rows, c.ord.compare)
		c.rows = c.rows[:MaxPartial]
	}
	for i, k := range c.rows { // better rows are written into the same place
		c.rows[i] = &kept{keys: slices.Clone(k.keys), cells: slices.Clone(k.cells), time: k.time, seq: k.seq}
	}
	return c
}

// finish orders and cuts.
func (s *rowSink) finish(names []string) *Table {
	slices.SortFunc(s.rows, s.ord.compare)
	if s.limit >= 0 && len(s.rows) > s.limit {
		s.rows = s.rows[:s.limit]
	}
	t := &Table{Names: names, Rows: make([][]value.Value, len(s.rows))}
	for i, k := range s.rows {
		t.Rows[i] = k.cells
	}
	return t
}
