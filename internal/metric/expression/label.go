package expression

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeLayout is how labels show times. AWS's console shows them after the reader's taste (inferred).
const timeLayout = "2006-01-02 15:04:05"

// Dynamic tells whether a label has dynamic parts.
func Dynamic(label string) bool { return strings.Contains(label, "${") }

// ExpandLabel replaces the dynamic parts of a label by what a series holds; what is no such part stays as it is, and so does "${AVG}" of
// a series without points as "--" (inferred). now and zone are for the parts that tell times. [CloudWatch: Use dynamic labels]
func ExpandLabel(label string, l *Line, now time.Time, zone *time.Location) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(label, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		part, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("${" + rest)
			return b.String()
		}
		if v, known := l.dynamic(strings.TrimSpace(part), now, zone); known {
			b.WriteString(v)
		} else {
			b.WriteString("${" + part + "}")
		}
		label = after
	}
}

func (l *Line) dynamic(part string, now time.Time, zone *time.Location) (string, bool) {
	if inner, ok := strings.CutPrefix(part, "PROP('"); ok {
		inner, ok = strings.CutSuffix(inner, "')")
		return l.Props[inner], ok
	}
	if part == "LABEL" {
		return l.Label, true
	}
	if part == "DATAPOINT_COUNT" {
		return strconv.Itoa(len(l.Points)), true
	}
	f := labelParts[part]
	if f == nil {
		return "", false
	}
	if len(l.Points) == 0 {
		return "--", true
	}
	byValue := func(a, b Point) int {
		switch {
		case a.V < b.V:
			return -1
		case a.V > b.V:
			return 1
		}
		return 0
	}
	return f(&extremes{
		first: l.Points[0], last: l.Points[len(l.Points)-1], low: slices.MinFunc(l.Points, byValue), high: slices.MaxFunc(l.Points, byValue),
		l: l, now: now.Unix(), zone: zone,
	}), true
}

// extremes are the points that labels tell of.
type extremes struct {
	first, last, low, high Point
	l                      *Line
	now                    int64
	zone                   *time.Location
}

var labelParts = map[string]func(*extremes) string{
	"AVG":   func(e *extremes) string { return labelNumber(e.sum() / float64(len(e.l.Points))) },
	"SUM":   func(e *extremes) string { return labelNumber(e.sum()) },
	"MIN":   func(e *extremes) string { return labelNumber(e.low.V) },
	"MAX":   func(e *extremes) string { return labelNumber(e.high.V) },
	"FIRST": func(e *extremes) string { return labelNumber(e.first.V) },
	"LAST":  func(e *extremes) string { return labelNumber(e.last.V) },

	"MIN_MAX_RANGE":    func(e *extremes) string { return labelNumber(e.high.V - e.low.V) },
	"FIRST_LAST_RANGE": func(e *extremes) string { return labelNumber(e.last.V - e.first.V) },

	"MIN_TIME":   func(e *extremes) string { return e.time(e.low) },
	"MAX_TIME":   func(e *extremes) string { return e.time(e.high) },
	"FIRST_TIME": func(e *extremes) string { return e.time(e.first) },
	"LAST_TIME":  func(e *extremes) string { return e.time(e.last) },

	"MIN_TIME_RELATIVE":   func(e *extremes) string { return span(e.now - e.low.At) },
	"MAX_TIME_RELATIVE":   func(e *extremes) string { return span(e.now - e.high.At) },
	"FIRST_TIME_RELATIVE": func(e *extremes) string { return span(e.now - e.first.At) },
	"LAST_TIME_RELATIVE":  func(e *extremes) string { return span(e.now - e.last.At) },

	"MIN_MAX_TIME_RANGE":    func(e *extremes) string { return span(e.high.At - e.low.At) },
	"FIRST_LAST_TIME_RANGE": func(e *extremes) string { return span(e.last.At - e.first.At) },
}

func (e *extremes) sum() float64 {
	total := 0.0
	for _, p := range e.l.Points {
		total += p.V
	}
	return total
}

func (e *extremes) time(p Point) string { return time.Unix(p.At, 0).In(e.zone).Format(timeLayout) }

// labelNumber shows a number with at most three decimals (inferred).
func labelNumber(v float64) string {
	if math.Abs(v) < 1e15 {
		v = math.Round(v*1000) / 1000
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// span shows seconds without a sign: 1h30m0s.
func span(s int64) string {
	if s < 0 {
		s = -s
	}
	return (time.Duration(s) * time.Second).String()
}
