package series

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// ErrStatistic reports a name that is no statistic.
var ErrStatistic = errors.New("unknown statistic")

// Statistic is a parsed name of a statistic. It is immutable.
type Statistic struct {
	name    string
	compute func(*Summary, bounds) (float64, bool)
	bounds  bounds
	shape   bool // needs the distribution
}

// bounds is what trimmed statistics look at: percentiles or values, lower bound exclusive and upper inclusive.
type bounds struct {
	percent    bool
	lower      float64
	upper      float64
	openBelow  bool // no lower bound
	openAbove  bool // no upper bound
	percentile float64
}

// simple are the statistics that GetMetricStatistics calls Statistics, all others being extended ones.
var simple = map[string]func(*Summary, bounds) (float64, bool){
	"SampleCount": func(s *Summary, _ bounds) (float64, bool) { return s.Count, true },
	"Average":     func(s *Summary, _ bounds) (float64, bool) { return s.Sum / s.Count, true },
	"Sum":         func(s *Summary, _ bounds) (float64, bool) { return s.Sum, true },
	"Minimum":     func(s *Summary, _ bounds) (float64, bool) { return s.Min, true },
	"Maximum":     func(s *Summary, _ bounds) (float64, bool) { return s.Max, true },
}

// trimmed are the statistics with bounds: TM(10%:90%), TM(:250), tm90.
var trimmed = map[string]func(*Summary, bounds) (float64, bool){
	"TM": trimmedMean,
	"WM": winsorizedMean,
	"TC": trimmedCount,
	"TS": trimmedSum,
	"PR": percentileRank,
}

// ParseStatistic reads Average, Sum, SampleCount, Minimum, Maximum, IQM, p99.9, tm90, TM(10%:90%), PR(:300) and their like. The
// error is ErrStatistic. [CloudWatch: statistics definitions]
func ParseStatistic(name string) (Statistic, error) {
	if f := simple[name]; f != nil {
		return Statistic{name: name, compute: f}, nil
	}
	st := Statistic{name: name, shape: true}
	switch {
	case name == "IQM":
		st.compute, st.bounds = trimmedMean, bounds{percent: true, lower: 25, upper: 75}
		return st, nil
	case strings.HasPrefix(name, "p"):
		p, ok := boundNumber(name[1:])
		if !ok || p > 100 {
			return Statistic{}, ErrStatistic
		}
		st.compute, st.bounds = percentile, bounds{percentile: p}
		return st, nil
	case len(name) < 3:
		return Statistic{}, ErrStatistic
	}
	if f := trimmed[strings.ToUpper(name[:2])]; f != nil && name[:2] == strings.ToLower(name[:2]) && name[:2] != "pr" {
		p, ok := boundNumber(name[2:])
		if !ok || p > 100 {
			return Statistic{}, ErrStatistic
		}
		st.compute, st.bounds = f, bounds{percent: true, openBelow: true, upper: p}
		return st, nil
	}
	f := trimmed[name[:2]]
	inner, ok := strings.CutPrefix(name[2:], "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if f == nil || !ok || !closed {
		return Statistic{}, ErrStatistic
	}
	b, ok := parseBounds(inner)
	if !ok || name[:2] == "PR" && b.percent {
		return Statistic{}, ErrStatistic
	}
	st.compute, st.bounds = f, b
	return st, nil
}

func parseBounds(text string) (bounds, bool) {
	low, high, ok := strings.Cut(text, ":")
	if !ok || low == "" && high == "" {
		return bounds{}, false
	}
	b := bounds{openBelow: low == "", openAbove: high == ""}
	low, lowPercent := strings.CutSuffix(low, "%")
	high, highPercent := strings.CutSuffix(high, "%")
	if !b.openBelow {
		if b.lower, ok = boundNumber(low); !ok {
			return b, false
		}
	}
	if !b.openAbove {
		if b.upper, ok = boundNumber(high); !ok {
			return b, false
		}
	}
	if !b.openBelow && !b.openAbove && (lowPercent != highPercent || b.lower >= b.upper) {
		return b, false
	}
	b.percent = lowPercent || highPercent
	return b, !b.percent || b.lower <= 100 && b.upper <= 100
}

// boundNumber reads a number not below zero with at most ten decimals.
func boundNumber(text string) (float64, bool) {
	if text == "" || len(text) > 32 || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	if i := strings.IndexByte(text, '.'); i >= 0 && (len(text)-i-1 > 10 || i == 0 || i == len(text)-1) {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// String returns the name as it was parsed.
func (st Statistic) String() string { return st.name }

// Extended tells whether AWS passes the name as ExtendedStatistic.
func (st Statistic) Extended() bool { return st.shape }

// Percentile returns p of a percentile, for the rule about low sample counts; false for other statistics.
func (st Statistic) Percentile() (float64, bool) {
	return st.bounds.percentile, st.shape && strings.HasPrefix(st.name, "p")
}

// Of computes the statistic; false if the summary is empty, its distribution lost but needed, or no value within the bounds.
func (st Statistic) Of(s *Summary) (float64, bool) {
	if s.Count == 0 || st.compute == nil || st.shape && !s.Distribution() {
		return 0, false
	}
	return st.compute(s, st.bounds)
}
