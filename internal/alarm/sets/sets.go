package sets

import (
	"strings"
	"time"
)

// Alarm is a metric filter and the alarm on its metric: value 1 per record, Sum over Period, one of one.
type Alarm struct {
	Filter    string // name of the metric filter
	Pattern   string
	Metric    string
	Namespace string
	Threshold float64 // GreaterThanOrEqualToThreshold
	Period    time.Duration
	Name      string // of the alarm
	About     string // description
	// TreatMissing is TreatMissingData; empty leaves AWS's default.
	TreatMissing string
}

// Set is alarms that are installed together.
type Set struct {
	Name   string
	About  string
	Alarms []Alarm
}

// period is what all alarms look at: CloudTrail delivers about every five minutes at AWS.
const period = 5 * time.Minute

// All returns the sets.
func All() []Set { return []Set{cis(), cognito(), cloudTrail()} }

// Find returns the set of a name.
func Find(name string) (Set, bool) {
	for _, s := range All() {
		if s.Name == name {
			return s, true
		}
	}
	return Set{}, false
}

// names is ($.eventName = A) || ($.eventName = B) …, in the spelling given as format with one %.
func names(format, list string) string {
	var parts []string
	for name := range strings.FieldsSeq(list) {
		parts = append(parts, strings.Replace(format, "%", name, 1))
	}
	return strings.Join(parts, " || ")
}
