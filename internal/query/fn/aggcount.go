package fn

import (
	"hash/maphash"
	"math"
	"math/bits"
	"sort"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var counting = []*Agg{
	{Name: "count", Aliases: []string{"countOverTime"}, Args: []Arg{Any}, Star: true, New: simple(func() State { return &count{} })},
	{Name: "count_distinct", Aliases: []string{"countDistinct"}, Args: []Arg{Any}, Min: 1, New: simple(func() State { return &distinct{} })},
	{Name: "rate", Args: []Arg{Any, Span}, Min: 2, New: func(c AggCtx) (func() State, error) {
		// Events per period, over the group's bin or the query's range. (inferred)
		scale := float64(c.Args[1].Span.Millis()) / float64(max(c.Window, 1))
		return func() State { return &rate{scale: scale} }, nil
	}},
	{Name: "values", Aliases: []string{"collect_values"}, Args: []Arg{Any}, Min: 1, New: simple(func() State { return &values{seen: map[string]int64{}} })},
	{Name: "topk", Args: []Arg{Num, Any}, Min: 2, Alone: true, New: func(c AggCtx) (func() State, error) {
		k := int(min(max(num(c.Args[0].Value), 1), 10000))
		return func() State { return &values{seen: map[string]int64{}, k: k} }, nil
	}},
}

type count struct{ n int64 }

func (s *count) Add(a []value.Value, _ Moment) int64 {
	if len(a) == 0 || !a[0].IsNull() {
		s.n++
	}
	return 0
}
func (s *count) Merge(o State)       { s.n += o.(*count).n }
func (s *count) Result() value.Value { return value.OfInt(s.n) }

type rate struct {
	count
	scale float64
}

func (s *rate) Merge(o State)       { s.n += o.(*rate).n }
func (s *rate) Result() value.Value { return value.OfNumber(float64(s.n) * s.scale) }

// distinct counts exactly up to exactDistinct values and then estimates by HyperLogLog with 2^14 registers (error about
// 0.8 %). [CloudWatch Logs: approximate at high cardinality]
type distinct struct {
	set  map[uint64]struct{}
	regs []uint8
	buf  []byte
}

const (
	exactDistinct = 1 << 16
	hllBits       = 14
)

var distinctSeed = maphash.MakeSeed()

func (s *distinct) Add(a []value.Value, _ Moment) int64 {
	if a[0].IsNull() || a[0].Kind() >= value.Map {
		return 0
	}
	s.buf = value.AppendKey(s.buf[:0], a[0])
	return s.hash(maphash.Bytes(distinctSeed, s.buf))
}

func (s *distinct) hash(h uint64) int64 {
	if s.regs == nil {
		if _, have := s.set[h]; have {
			return 0
		}
		if s.set == nil {
			s.set = make(map[uint64]struct{})
		}
		s.set[h] = struct{}{}
		if len(s.set) <= exactDistinct {
			return 32
		}
		s.regs = make([]uint8, 1<<hllBits)
		for k := range s.set {
			s.register(k)
		}
		s.set = nil
		return 0
	}
	s.register(h)
	return 0
}

func (s *distinct) register(h uint64) {
	i := h >> (64 - hllBits)
	rank := uint8(bits.LeadingZeros64(h<<hllBits|1<<(hllBits-1)) + 1)
	s.regs[i] = max(s.regs[i], rank)
}

func (s *distinct) Merge(o State) {
	d := o.(*distinct)
	for h := range d.set {
		s.hash(h)
	}
	if d.regs == nil {
		return
	}
	if s.regs == nil {
		s.regs = make([]uint8, 1<<hllBits)
		for k := range s.set {
			s.register(k)
		}
		s.set = nil
	}
	for i, r := range d.regs {
		s.regs[i] = max(s.regs[i], r)
	}
}

func (s *distinct) Result() value.Value {
	if s.regs == nil {
		return value.OfInt(int64(len(s.set)))
	}
	m := float64(len(s.regs))
	sum, zeros := 0.0, 0
	for _, r := range s.regs {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			zeros++
		}
	}
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && zeros > 0 {
		e = m * math.Log(m/float64(zeros))
	}
	return value.OfInt(int64(math.Round(e)))
}

// values lists the distinct texts in sort order, separated by commas; with k, the k most frequent, most frequent first.
// It keeps at most maxValues texts.
type values struct {
	seen map[string]int64
	k    int
}

const maxValues = 100_000

func (s *values) Add(a []value.Value, _ Moment) int64 {
	t, ok := a[len(a)-1].Text()
	if !ok {
		return 0
	}
	if n, have := s.seen[t]; have {
		s.seen[t] = n + 1
		return 0
	}
	if len(s.seen) >= maxValues {
		return 0
	}
	s.seen[strings.Clone(t)] = 1
	return int64(len(t)) + 40
}

func (s *values) Merge(o State) {
	for t, n := range o.(*values).seen {
		if _, have := s.seen[t]; have || len(s.seen) < maxValues {
			s.seen[t] += n
		}
	}
}

func (s *values) Result() value.Value {
	if len(s.seen) == 0 {
		return value.Value{}
	}
	texts := make([]string, 0, len(s.seen))
	for t := range s.seen {
		texts = append(texts, t)
	}
	sort.Slice(texts, func(i, j int) bool {
		if n, m := s.seen[texts[i]], s.seen[texts[j]]; s.k > 0 && n != m {
			return n > m
		}
		return value.Compare(value.OfString(texts[i]), value.OfString(texts[j])) < 0
	})
	if s.k > 0 && len(texts) > s.k {
		texts = texts[:s.k]
	}
	return value.OfString(strings.Join(texts, ","))
}
