package expression

import (
	"cmp"
	"math"
	"slices"
)

func sliceKind(args []Kind, _ []*node) (Kind, bool) {
	ok := args[0] == Array && args[1] == Scalar && (len(args) == 2 || args[2] == Scalar)
	return Array, ok
}

// slice returns the series from one index up to but without another. Indexes outside are the ends (inferred).
func slice(_ *Env, args []Value) (Value, error) {
	n := len(args[0].Lines)
	from, to := index(args[1].Number, n), n
	if len(args) == 3 {
		to = index(args[2].Number, n)
	}
	return Value{Kind: Array, Lines: args[0].Lines[min(from, to):to]}, nil
}

func index(v float64, n int) int {
	if !(v > 0) {
		return 0
	}
	return int(math.Min(v, float64(n)))
}

func sortKind(args []Kind, nodes []*node) (Kind, bool) {
	word := func(i int, words ...string) bool {
		return nodes[i].kind == id && slices.Contains(words, nodes[i].text)
	}
	if args[0] != Array || !word(1, "AVG", "MIN", "MAX", "SUM") {
		return 0, false
	}
	if len(args) > 2 && !word(2, "ASC", "DESC") || len(args) > 3 && args[3] != Scalar {
		return 0, false
	}
	return Array, true
}

// sortLines orders series by a statistic of their points, ascending unless told otherwise; those without points come last (inferred).
func sortLines(_ *Env, args []Value) (Value, error) {
	by := map[string]func([]float64) float64{"AVG": mean, "MIN": slices.Min[[]float64], "MAX": slices.Max[[]float64], "SUM": sum}[args[1].text]
	type keyed struct {
		l   Line
		key float64
	}
	all := make([]keyed, len(args[0].Lines))
	for i, l := range args[0].Lines {
		all[i].l = l
		values := make([]float64, len(l.Points))
		for j, p := range l.Points {
			values[j] = p.V
		}
		if len(values) > 0 {
			all[i].key = by(values)
		}
	}
	down := len(args) > 2 && args[2].text == "DESC"
	slices.SortStableFunc(all, func(a, b keyed) int {
		if none := cmp.Compare(truth(len(a.l.Points) == 0), truth(len(b.l.Points) == 0)); none != 0 {
			return none
		}
		if down {
			return cmp.Compare(b.key, a.key)
		}
		return cmp.Compare(a.key, b.key)
	})
	if len(args) > 3 {
		all = all[:index(args[3].Number, len(all))]
	}
	out := Value{Kind: Array}
	for _, k := range all {
		out.Lines = append(out.Lines, k.l)
	}
	return out, nil
}
