package segment

import (
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/parquet-go/parquet-go"
)

// piece is the part of a row group that belongs to one group of log events.
// Columns are read once each; it may be used by several goroutines.
type piece struct {
	part   *part
	file   *parquet.File
	group  parquet.RowGroup
	index  int
	start  int64 // row of the segment at which the row group begins
	lo, hi int64 // rows of the row group

	mu   sync.Mutex
	sel  []int32 // rows wanted; nil means lo to hi
	read map[string]*vector

	findMu sync.Mutex
	found  map[string][]block.Verdict // by the text looked for
}

// rows is the number of rows wanted.
func (p *piece) rows() int {
	if p.sel != nil {
		return len(p.sel)
	}
	return int(p.hi - p.lo)
}

// row is the row of the row group at place i of the wanted ones.
func (p *piece) row(i int) int64 {
	if p.sel != nil {
		return int64(p.sel[i])
	}
	return p.lo + int64(i)
}

// column returns a column of the wanted rows, or nil if the file has none.
func (p *piece) column(name string) (*vector, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.read[name]; ok {
		return v, nil
	}
	v, err := p.fetch(name, 0, p.rows())
	if err != nil {
		return nil, err
	}
	if p.read == nil {
		p.read = make(map[string]*vector)
	}
	p.read[name] = v
	return v, nil
}

// fetch reads a column for the wanted rows a to b, without keeping it.
func (p *piece) fetch(name string, a, b int) (*vector, error) {
	col, ok := column(p.file, name)
	if !ok {
		return nil, nil
	}
	var sel []int32
	lo, hi := p.lo+int64(a), p.lo+int64(b)
	if p.sel != nil {
		sel, lo, hi = p.sel[a:b], p.lo, p.hi
	}
	v, err := read(p.group, col, lo, hi, sel)
	if err != nil {
		return nil, fmt.Errorf("segment %s: column %s: %w", p.part.h.m.Name, name, err)
	}
	return v, nil
}

// narrow keeps the rows from..to by time; rows of a piece are sorted by time.
// It must come before any other use.
func (p *piece) narrow(from, to int64) error {
	v, err := p.column(colTime)
	if err != nil {
		return err
	}
	a := sort.Search(len(v.ints), func(i int) bool { return v.ints[i] >= from })
	b := sort.Search(len(v.ints), func(i int) bool { return v.ints[i] >= to })
	b = max(a, b)
	p.lo, p.hi = p.lo+int64(a), p.lo+int64(b)
	p.read[colTime] = &vector{ints: v.ints[a:b]}
	return nil
}

// keep reduces the wanted rows to those for which ok holds, by their place, and
// tells how many are left.
func (p *piece) keep(ok func(i int) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.rows()
	places := make([]int32, 0, n)
	for i := range n {
		if ok(i) {
			places = append(places, int32(i))
		}
	}
	if len(places) == n {
		return n
	}
	sel := make([]int32, len(places))
	for k, i := range places {
		sel[k] = int32(p.row(int(i)))
	}
	p.sel = sel
	for _, v := range p.read {
		v.gather(places)
	}
	return len(sel)
}

// gather reduces a vector to the places.
func (v *vector) gather(places []int32) {
	if v == nil {
		return
	}
	pick := func(n int) bool { return n > 0 }
	if pick(len(v.ints)) {
		v.ints = gathered(v.ints, places)
	}
	if v.codes != nil {
		v.codes = gathered(v.codes, places)
	} else if pick(len(v.strs)) {
		v.strs = gathered(v.strs, places)
	}
	if v.present != nil {
		v.present = gathered(v.present, places)
	}
}

func gathered[T any](in []T, places []int32) []T {
	out := make([]T, len(places))
	for k, i := range places {
		out[k] = in[i]
	}
	return out
}

// visible drops rows hidden by marks.
func (p *piece) visible() error {
	vis := p.part.vis
	if !vis.any() || vis.spanClean(p.part.span) {
		return nil
	}
	ingested, err := p.column(colIngested)
	if err != nil {
		return err
	}
	streams, err := p.column(colStream)
	if err != nil {
		return err
	}
	p.keep(func(i int) bool {
		stream, _ := streams.text(i)
		return !vis.hides(stream, ingested.ints[i])
	})
	return nil
}

// mayHold asks the bloom filter of a column; true without filter.
func (p *piece) mayHold(name string, values []string) (may bool, err error) {
	defer guard(&err)
	if !slices.Contains(bloomColumns, name) {
		return true, nil
	}
	col, ok := column(p.file, name)
	if !ok {
		return true, nil
	}
	filter := p.group.ColumnChunks()[col].BloomFilter()
	if filter == nil {
		return true, nil
	}
	for _, v := range values {
		has, err := filter.Check(text(v))
		if err != nil {
			return true, fmt.Errorf("segment %s: bloom filter of %s: %w", p.part.h.m.Name, name, err)
		}
		if has {
			return true, nil
		}
	}
	return false, nil
}

// usable tells whether a promoted column speaks for the message in this piece.
func (p *piece) usable(name string) bool {
	_, ok := column(p.file, name)
	return ok && !p.part.span.inexact(name)
}

// keepText keeps the rows whose text of a column fulfils ok; absent is passed as
// present == false.
func (p *piece) keepText(name string, ok func(text string, present bool) bool) (int, error) {
	v, err := p.column(name)
	if err != nil {
		return 0, err
	}
	if v.codes == nil {
		return p.keep(func(i int) bool { t, has := v.text(i); return ok(t, has) }), nil
	}
	// One verdict per dictionary entry.
	verdict := make([]bool, len(v.strs))
	for i, t := range v.strs {
		verdict[i] = ok(t, true)
	}
	absent := ok("", false)
	return p.keep(func(i int) bool {
		if c := v.codes[i]; c != noCode {
			return verdict[c]
		}
		return absent
	}), nil
}

// cuts divides the wanted rows into ranges of at most rows rows and, unless a
// single row is larger, limit bytes of messages.
func (p *piece) cuts(rows int, limit int64) ([][2]int, error) {
	v, err := p.column(colSize)
	if err != nil {
		return nil, err
	}
	var out [][2]int
	var sum int64
	start := 0
	for i, size := range v.ints {
		if i > start && (i-start == rows || sum+size > limit) {
			out = append(out, [2]int{start, i})
			start, sum = i, 0
		}
		sum += size
	}
	if start < len(v.ints) {
		out = append(out, [2]int{start, len(v.ints)})
	}
	return out, nil
}

// bytes sums the sizes of the messages of the wanted rows a to b.
func (p *piece) bytes(a, b int) (int64, error) {
	v, err := p.column(colSize)
	if err != nil {
		return 0, err
	}
	var n int64
	for _, x := range v.ints[a:b] {
		n += x
	}
	return n, nil
}
