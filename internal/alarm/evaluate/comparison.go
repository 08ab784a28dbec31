package evaluate

// Comparison is a comparison operator, as AWS spells it.
type Comparison string

// comparison is what an operator does and how reasons name it.
type comparison struct {
	breaches     func(p Point, threshold float64) bool
	words        string
	band         bool
	lower, upper bool // borders of the band that the words mention
}

// comparisons are all operators.
var comparisons = map[Comparison]comparison{
	"GreaterThanOrEqualToThreshold": {breaches: func(p Point, t float64) bool { return p.Value >= t }, words: "greater than or equal to"},
	"GreaterThanThreshold":          {breaches: func(p Point, t float64) bool { return p.Value > t }, words: "greater than"},
	"LessThanThreshold":             {breaches: func(p Point, t float64) bool { return p.Value < t }, words: "less than"},
	"LessThanOrEqualToThreshold":    {breaches: func(p Point, t float64) bool { return p.Value <= t }, words: "less than or equal to"},
	"LessThanLowerOrGreaterThanUpperThreshold": {breaches: func(p Point, _ float64) bool { return p.Value < p.Lower || p.Value > p.Upper },
		band: true, lower: true, upper: true},
	"LessThanLowerThreshold":    {breaches: func(p Point, _ float64) bool { return p.Value < p.Lower }, band: true, lower: true},
	"GreaterThanUpperThreshold": {breaches: func(p Point, _ float64) bool { return p.Value > p.Upper }, band: true, upper: true},
}

// Known tells the operators of CloudWatch.
func (c Comparison) Known() bool {
	_, ok := comparisons[c]
	return ok
}

// Band tells whether the operator compares with a band of two borders instead of a threshold.
func (c Comparison) Band() bool { return comparisons[c].band }

// breaches tells whether a point lies on the side of the alarm. An unknown operator never does.
func (a *Alarm) breaches(p Point) bool {
	c, ok := comparisons[a.Comparison]
	return ok && c.breaches(p, a.Threshold)
}
