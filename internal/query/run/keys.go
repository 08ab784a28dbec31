package run

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// keyColumn numbers the values of one By item as they appear: 0, 1, 2 and so on.
type keyColumn struct {
	x      eval
	e      *env
	column int // the event column that the item is, or -1
	shift  int64
	seen   entries // numbers plus one
	ids    map[string]uint32
	values []value.Value
	buf    []byte
}

func newKeyColumn(p *program, x syntax.Expr, shift int64) *keyColumn {
	return &keyColumn{x: p.expr(x), e: p.e, column: p.plainColumn(x), shift: shift, ids: map[string]uint32{}}
}

// number is the current row's; grown is the memory that a new value takes.
func (k *keyColumn) number() (id uint32, grown int64) {
	if k.column >= 0 {
		if c := k.e.column(k.column); c != nil && c.Kind == block.Dict {
			known := k.seen.at(c, k.e.row)
			if *known == 0 {
				id, grown = k.of(k.x())
				*known = id + 1
			}
			return *known - 1, grown
		}
	}
	return k.of(k.x())
}

// of is the number of what the item computes.
func (k *keyColumn) of(v value.Value) (id uint32, grown int64) {
	if v.Kind() >= value.Map {
		v = value.Value{}
	}
	if k.shift != 0 && v.Kind() == value.Time {
		v = value.OfTime(v.Millis() + k.shift)
	}
	return k.plain(v)
}

// plain is the number of a key.
func (k *keyColumn) plain(v value.Value) (id uint32, grown int64) {
	k.buf = value.AppendKey(k.buf[:0], v)
	id, have := k.ids[string(k.buf)]
	if have {
		return id, 0
	}
	id = uint32(len(k.values))
	k.values = append(k.values, v.Clone())
	k.ids[string(k.buf)] = id
	return id, 64 + int64(len(k.buf)) + v.Size()
}

// copy knows the same values and reads no rows.
func (k *keyColumn) copy() *keyColumn {
	return &keyColumn{ids: maps.Clone(k.ids), values: slices.Clone(k.values)}
}

// ranks gives each number its place in the order of values.
func (k *keyColumn) ranks() []uint32 {
	order := make([]uint32, len(k.values))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		x, y := k.values[a], k.values[b]
		return cmp.Or(value.Compare(x, y), strings.Compare(x.Raw(), y.Raw()))
	})
	out := make([]uint32, len(order))
	for rank, id := range order {
		out[id] = uint32(rank)
	}
	return out
}

// SortGroups puts rows, whose first cells are group keys, into the order in which stats hands its groups on.
func SortGroups(rows [][]value.Value, keys int) {
	ranks := make([][]uint32, keys)
	t := &groupTable{n: len(rows), width: keys, keys: make([]uint32, len(rows)*keys)}
	for i := range keys {
		k := &keyColumn{ids: map[string]uint32{}}
		for g, row := range rows {
			t.of(g)[i], _ = k.plain(row[i])
		}
		ranks[i] = k.ranks()
	}
	sorted := make([][]value.Value, len(rows))
	for i, g := range t.sorted(ranks) {
		sorted[i] = rows[g]
	}
	copy(rows, sorted)
}

// groupTable numbers combinations of keys as they appear.
type groupTable struct {
	n int // groups
	// width is the number of keys. pairs[i] numbers combinations of the first i+2 keys by the number of the first i+1 and
	// the key after them; the last one numbers the groups, as the only key does where there is one.
	width int
	pairs []pairTable
	keys  []uint32 // width per group
}

func newGroupTable(width int) *groupTable {
	return &groupTable{width: width, pairs: make([]pairTable, max(0, width-1))}
}

// find returns the group of keys; fresh says that it is new.
func (t *groupTable) find(keys []uint32) (g int, fresh bool) {
	at := uint32(0)
	if len(keys) > 0 {
		at = keys[0]
	}
	for i := range t.pairs {
		at = t.pairs[i].number(uint64(at)<<32 | uint64(keys[i+1]))
	}
	if int(at) < t.n {
		return int(at), false
	}
	t.n++
	t.keys = append(t.keys, keys...)
	return int(at), true
}

func (t *groupTable) copy() *groupTable {
	c := &groupTable{n: t.n, width: t.width, pairs: slices.Clone(t.pairs), keys: slices.Clone(t.keys)}
	for i := range c.pairs {
		c.pairs[i].slots = slices.Clone(c.pairs[i].slots)
	}
	return c
}

// of returns the keys of group g.
func (t *groupTable) of(g int) []uint32 { return t.keys[g*t.width : (g+1)*t.width] }

// sorted returns the groups by the ranks of their keys.
func (t *groupTable) sorted(ranks [][]uint32) []int {
	out := make([]int, t.n)
	for g := range out {
		out[g] = g
	}
	slices.SortFunc(out, func(a, b int) int {
		x, y := t.of(a), t.of(b)
		for i, rank := range ranks {
			if c := cmp.Compare(rank[x[i]], rank[y[i]]); c != 0 {
				return c
			}
		}
		return 0
	})
	return out
}

// pairTable numbers pairs of numbers as they appear. It is asked once per row, and of many groups each answer comes from
// memory that is in no cache: it lies flat, so that one access does.
type pairTable struct {
	slots []pairSlot // a power of two, at most half of them taken
	n     int
}

type pairSlot struct {
	pair uint64
	id   uint32 // plus one; 0 is free
}

func (t *pairTable) number(pair uint64) uint32 {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	s := t.slot(pair)
	if s.id == 0 {
		t.n++
		*s = pairSlot{pair, uint32(t.n)}
	}
	return s.id - 1
}

// slot is the place of a pair, or the free one for it.
func (t *pairTable) slot(pair uint64) *pairSlot {
	mask := uint64(len(t.slots) - 1)
	for i := pair * 0x9e3779b97f4a7c15 >> 32; ; i++ {
		if s := &t.slots[i&mask]; s.id == 0 || s.pair == pair {
			return s
		}
	}
}

func (t *pairTable) grow() {
	old := t.slots
	t.slots = make([]pairSlot, max(64, 2*len(old)))
	for _, s := range old {
		if s.id != 0 {
			*t.slot(s.pair) = s
		}
	}
}
