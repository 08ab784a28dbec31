package evaluate

import (
	"strconv"
	"strings"
	"time"
)

// State is the state of an alarm, as AWS spells it.
type State string

// The states of an alarm.
const (
	OK               State = "OK"
	InAlarm          State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// InitialReason is the reason of a new alarm, whose state is InsufficientData.
const InitialReason = "Unchecked: Initial alarm creation"

// Missing says how periods without data count, as AWS spells it.
type Missing string

// The treatments of missing data. The empty treatment is AsMissing.
const (
	AsMissing    Missing = "missing"
	Ignore       Missing = "ignore"
	Breaching    Missing = "breaching"
	NotBreaching Missing = "notBreaching"
)

// TreatmentFor returns the treatment in force: alarms on AWS/DynamoDB metrics always ignore missing data.
func TreatmentFor(namespace string, m Missing) Missing {
	switch {
	case namespace == "AWS/DynamoDB":
		return Ignore
	case m == "":
		return AsMissing
	default:
		return m
	}
}

// Alarm is what of an alarm's configuration decides its state. It is stored: names of fields never change.
type Alarm struct {
	Period            time.Duration
	EvaluationPeriods int     // N
	DatapointsToAlarm int     `json:",omitempty"` // M; 0 if not set: then N, and reasons take their short form
	Threshold         float64 `json:",omitempty"`
	Comparison        Comparison
	Missing           Missing
	Statistic         string `json:",omitempty"` // Statistic or ExtendedStatistic; empty for metric math
	Unit              string `json:",omitempty"` // empty if not configured
	IgnoreLowSamples  bool   `json:",omitempty"` // EvaluateLowSampleCountPercentile is "ignore"
	// Every, if positive, is the longest time between evaluations, below AWS's own.
	Every time.Duration `json:"-"`
}

// Point is the statistic of one period.
type Point struct {
	Start       time.Time
	Value       float64
	SampleCount float64 // 0 for metric math
	Lower       float64 // the band of this period, for comparisons with a band
	Upper       float64
	Missing     bool // in results: the period had no data, only Start counts
}

// needed is M.
func (a *Alarm) needed() int {
	if a.DatapointsToAlarm > 0 {
		return min(a.DatapointsToAlarm, a.EvaluationPeriods)
	}
	return a.EvaluationPeriods
}

// leastSamples is how many samples a period needs before it may change the state: 10/(1-p) from the median up, 10/p below it. 0
// if the rule does not apply. [CloudWatch: Percentile-based alarms and low data samples]
func (a *Alarm) leastSamples() float64 {
	digits, ok := strings.CutPrefix(a.Statistic, "p")
	if !ok || !a.IgnoreLowSamples {
		return 0
	}
	percent, err := strconv.ParseFloat(digits, 64)
	switch {
	case err != nil, percent <= 0, percent >= 100: // the formula has no value at the ends
		return 0
	case percent >= 50:
		return 1000 / (100 - percent)
	default:
		return 1000 / percent
	}
}
