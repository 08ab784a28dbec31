package series

import (
	"math"
	"slices"
	"sort"
)

// MaxDistinct is how many different values a summary keeps exactly, and how many bins it has above that.
const MaxDistinct = 1024

// baseGamma is the ratio of neighbouring bin borders at width 0; a bin's middle is then at most 1 % off.
const baseGamma = 1.02

// maxWidth bounds the doublings. Seven are enough to put all float64 numbers into fewer than MaxDistinct bins.
const maxWidth = 8

// farthestBin bounds the numbers of bins: 1.02^±40000 lies outside float64.
const farthestBin = 40000

// cell is a value or a bin, and how often it occurred.
type cell struct {
	at    float64 // the value itself, or the number of the bin
	count float64
}

// histogram is a distribution of numbers not below zero.
//
// Exact: cells hold values. Binned: a cell at n > zeroBin holds values v with γ^(n-1) < v ≤ γ^n, where γ = baseGamma^(2^width); the
// cell at zeroBin holds zeros. Doubling the width joins bins 2n-1 and 2n to n exactly, so that any two histograms can be merged without
// looking at their values again.
type histogram struct {
	binned bool
	width  int
	cells  []cell // ordered by at
}

// zeroBin lies below the bin of the smallest float64.
const zeroBin = -farthestBin - 1

func (h *histogram) gamma() float64 { return math.Pow(baseGamma, float64(int64(1)<<h.width)) }

func (h *histogram) bin(v float64) float64 {
	if v == 0 {
		return zeroBin
	}
	n := math.Ceil(math.Log(v) / math.Log(baseGamma))
	return widen(n, h.width)
}

// widen gives the number of the bin that holds bin n after so many doublings.
func widen(n float64, doublings int) float64 {
	if n == zeroBin {
		return n
	}
	return math.Ceil(n / float64(int64(1)<<doublings))
}

// value returns the number that stands for a cell.
func (h *histogram) value(c cell) float64 {
	switch {
	case !h.binned:
		return c.at
	case c.at == zeroBin:
		return 0
	}
	g := h.gamma()
	upper := c.at * math.Log(g)
	// The harmonic middle of the borders has the least relative error on both sides.
	return 2 * math.Exp(upper) / (g + 1)
}

func (h *histogram) add(v, count float64) {
	if v == 0 {
		v = 0 // there is no negative zero
	}
	if h.binned {
		v = h.bin(v)
	}
	h.put(v, count)
	h.bound()
}

func (h *histogram) put(at, count float64) {
	i := sort.Search(len(h.cells), func(i int) bool { return h.cells[i].at >= at })
	if i < len(h.cells) && h.cells[i].at == at {
		h.cells[i].count = clamp(h.cells[i].count + count)
		return
	}
	h.cells = slices.Insert(h.cells, i, cell{at, count})
}

func (h *histogram) merge(other histogram) {
	other.cells = slices.Clone(other.cells)
	if h.binned != other.binned {
		h.toBins()
		other.toBins()
	}
	for h.width < other.width {
		h.double()
	}
	for other.width < h.width {
		other.double()
	}
	merged := make([]cell, 0, len(h.cells)+len(other.cells))
	a, b := h.cells, other.cells
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].at < b[0].at:
			merged, a = append(merged, a[0]), a[1:]
		case len(a) == 0 || b[0].at < a[0].at:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, cell{a[0].at, clamp(a[0].count + b[0].count)})
			a, b = a[1:], b[1:]
		}
	}
	h.cells = merged
	h.bound()
}

// bound makes room when there are too many cells.
func (h *histogram) bound() {
	if len(h.cells) > MaxDistinct {
		h.toBins()
	}
	for len(h.cells) > MaxDistinct {
		h.double()
	}
}

func (h *histogram) toBins() {
	if h.binned {
		return
	}
	h.binned = true
	for i := range h.cells {
		h.cells[i].at = h.bin(h.cells[i].at)
	}
	h.join()
}

func (h *histogram) double() {
	h.width++
	for i := range h.cells {
		h.cells[i].at = widen(h.cells[i].at, 1)
	}
	h.join()
}

// join adds up neighbours that have become the same cell.
func (h *histogram) join() {
	out := h.cells[:0]
	for _, c := range h.cells {
		if n := len(out); n > 0 && out[n-1].at == c.at {
			out[n-1].count = clamp(out[n-1].count + c.count)
		} else {
			out = append(out, c)
		}
	}
	h.cells = out
}
