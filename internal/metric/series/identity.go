package series

import (
	"slices"
	"strings"
)

// MaxDimensions is the largest number of dimensions of a metric. [CloudWatch: PutMetricData]
const MaxDimensions = 30

// Dimension is one name and value that tell a metric from others of the same name.
type Dimension struct {
	Name, Value string
}

// Identity says which stream of values is meant. Each unit is a stream of its own.
type Identity struct {
	Namespace  string
	Name       string
	Dimensions []Dimension // sorted by name after New
	Unit       string      // never empty after New: "None" without unit
}

// New returns an identity with its dimensions in order; it does not keep dimensions. An empty unit is "None".
func New(namespace, name string, dimensions []Dimension, unit string) Identity {
	if unit == "" {
		unit = "None"
	}
	sorted := slices.Clone(dimensions)
	slices.SortFunc(sorted, func(a, b Dimension) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return Identity{Namespace: namespace, Name: name, Dimensions: sorted, Unit: unit}
}

// Metric returns a key that is equal for the units of one metric and different for different metrics. Keys of one namespace
// are adjacent in byte order, and those of one name within it.
func (id Identity) Metric() string {
	var b strings.Builder
	appendPart(&b, id.Namespace)
	appendPart(&b, id.Name)
	for _, d := range id.Dimensions {
		appendPart(&b, d.Name)
		appendPart(&b, d.Value)
	}
	return b.String()
}

// Key returns a key that is different for different streams; it begins with Metric.
func (id Identity) Key() string {
	var b strings.Builder
	b.WriteString(id.Metric())
	b.WriteString("\x00\x00") // no part begins so: parts are ended by 0 1 and hold 0 only as 0 255
	b.WriteString(id.Unit)
	return b.String()
}

// appendPart writes text so that byte order is kept and no two lists of parts look alike.
func appendPart(b *strings.Builder, text string) {
	b.WriteString(strings.ReplaceAll(text, "\x00", "\x00\xff"))
	b.WriteString("\x00\x01")
}

// Has tells whether all of want are dimensions of the metric; an empty value in want stands for any.
func (id Identity) Has(want []Dimension) bool {
	for _, w := range want {
		if !slices.ContainsFunc(id.Dimensions, func(d Dimension) bool {
			return d.Name == w.Name && (w.Value == "" || d.Value == w.Value)
		}) {
			return false
		}
	}
	return true
}

var units = []string{"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
	"Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second",
	"Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second",
	"Terabits/Second", "Count/Second", "None"}

// IsUnit tells the units of CloudWatch.
func IsUnit(unit string) bool { return slices.Contains(units, unit) }
