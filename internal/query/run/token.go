package run

import (
	"math"
	"slices"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Bounds of what is known of a token's values. A token that had at most fewValues in at least enoughValues events has values
// that one expects, and its numbers lie within spread standard deviations. (inferred: AWS's model is not public)
const (
	fewValues    = 8
	enoughValues = 20
	spread       = 3
	// maxTokens is how many tokens of a pattern are looked at.
	maxTokens = 32
	// tokenBytes is what the values of one take.
	tokenBytes = 160
)

// tokenBook holds the values of each pattern's tokens, in their order.
type tokenBook map[string][]tokenValues

// tokenValues is what is known of the values that one token of a pattern had.
type tokenValues struct {
	n      float64
	seen   [fewValues]uint64 // hashes of different values
	known  int               // of seen; fewValues+1 if there were more
	number bool              // all were numbers
	// mean and m2 are of the numbers: mean and sum of squared differences (Welford).
	mean, m2 float64
}

// newTokenBook is nil unless the plan asks about tokens.
func newTokenBook(p *plan.Plan) tokenBook {
	for _, st := range p.Stages {
		if _, ok := st.Whole.(*syntax.Anomaly); ok {
			return tokenBook{}
		}
	}
	return nil
}

// note adds the words of an event to its pattern's tokens; grown is the memory that takes.
func (b tokenBook) note(pattern string, words []string) (grown int64) {
	tokens, have := b[pattern]
	if !have {
		tokens = make([]tokenValues, min(len(words), maxTokens))
		b[pattern] = tokens
		grown = tokenBytes * int64(len(tokens))
	}
	for i := range tokens {
		if i < len(words) {
			tokens[i].add(words[i])
		}
	}
	return grown
}

func (b tokenBook) merge(o tokenBook) {
	for pattern, theirs := range o {
		mine, have := b[pattern]
		if !have {
			b[pattern] = slices.Clone(theirs)
			continue
		}
		for i := range mine {
			mine[i].merge(&theirs[i])
		}
	}
}

// add takes the value of one event. Times say nothing: each period has its own.
func (t *tokenValues) add(word string) {
	if dynamic(word) == timeToken {
		return
	}
	x, ok := value.ParseNumber(word)
	t.merge(&tokenValues{n: 1, seen: [fewValues]uint64{hashOf(word)}, known: 1, number: ok, mean: x})
}

func (t *tokenValues) merge(o *tokenValues) {
	if t.n == 0 {
		*t = *o
		return
	}
	for _, h := range o.seen[:min(o.known, fewValues)] {
		t.remember(h)
	}
	if o.known > fewValues {
		t.known = o.known
	}
	t.number = t.number && o.number
	n, d := t.n+o.n, o.mean-t.mean
	t.m2 += o.m2 + d*d*t.n*o.n/n
	t.mean += d * o.n / n
	t.n = n
}

func (t *tokenValues) remember(h uint64) {
	switch {
	case t.known > fewValues || slices.Contains(t.seen[:t.known], h):
	case t.known == fewValues:
		t.known++
	default:
		t.seen[t.known] = h
		t.known++
	}
}

// unexpected tells whether there are values that the same token never had, where it had only a few.
func (t *tokenValues) unexpected(before *tokenValues) bool {
	if before.n < enoughValues || before.known > fewValues || t.n == 0 {
		return false
	}
	return t.known > fewValues || slices.ContainsFunc(t.seen[:t.known], func(h uint64) bool { return !slices.Contains(before.seen[:before.known], h) })
}

// strayed tells whether the numbers are on the whole others than they were.
func (t *tokenValues) strayed(before *tokenValues) bool {
	if before.n < enoughValues || !before.number || !t.number || t.n == 0 {
		return false
	}
	return math.Abs(t.mean-before.mean) > spread*math.Sqrt(before.m2/before.n)
}

// hashOf is FNV-1a.
func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
