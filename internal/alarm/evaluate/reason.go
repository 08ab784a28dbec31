package evaluate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// mostInReason is how many values a reason lists; from so many on it does so in a sentence of its own. [SNS messages of AWS]
const mostInReason = 5

// reason words a decision as AWS does. Alarms with DatapointsToAlarm have the long form, "1 out of the last 3 datapoints … (minimum 1
// datapoint for OK -> ALARM transition).", those without it the short one, whatever the state before (inferred from published
// notifications of both kinds).
func (a *Alarm) reason(d *decision) string {
	if d.state == InsufficientData {
		return "Insufficient Data: " + count(a.EvaluationPeriods, "datapoint") + " " + was(a.EvaluationPeriods) + " unknown."
	}
	filled := ""
	if d.filled > 0 && (a.Missing == Breaching || a.Missing == NotBreaching) {
		side := "NonBreaching"
		if a.Missing == Breaching {
			side = "Breaching"
		}
		filled = fmt.Sprintf(" and %s %s treated as [%s]", count(d.filled, "missing datapoint"), was(d.filled), side)
	}
	var side []Point // newest first
	for _, p := range slices.Backward(d.real) {
		if a.breaches(p) == (d.state == InAlarm) {
			side = append(side, p)
		}
	}
	if len(side) == 0 { // only missing periods speak for the state
		received, have := "no datapoints", 0
		if have = len(d.real); have > 0 {
			received = count(have, "datapoint")
		}
		return fmt.Sprintf("Threshold Crossed: %s %s received for %s%s.", received, was(have), count(a.EvaluationPeriods, "period"), filled)
	}

	var b strings.Builder
	if a.Comparison.Band() {
		b.WriteString("Thresholds Crossed: ")
	} else {
		b.WriteString("Threshold Crossed: ")
	}
	if a.DatapointsToAlarm > 0 {
		fmt.Fprintf(&b, "%d out of the last %d datapoints", len(side), a.EvaluationPeriods)
	} else {
		b.WriteString(count(len(side), "datapoint"))
	}
	listed := side[:min(len(side), mostInReason)]
	list := make([]string, len(listed))
	for i, p := range listed {
		list[i] = Number(p.Value) + p.Start.Format(" (02/01/06 15:04:05)")
	}
	values := "[" + strings.Join(list, ", ") + "]"
	if len(side) < mostInReason {
		b.WriteString(" " + values)
	}
	b.WriteString(" " + was(len(side)))
	if d.state == OK {
		b.WriteString(" not")
	}
	b.WriteString(" " + a.against(listed) + filled)
	if len(side) >= mostInReason {
		b.WriteString(". The most recent datapoints which crossed the threshold: " + values)
	}
	if a.DatapointsToAlarm > 0 {
		least, way := a.needed(), "OK -> ALARM"
		if d.state == OK {
			least, way = a.EvaluationPeriods-a.needed()+1, "ALARM -> OK"
		}
		fmt.Fprintf(&b, " (minimum %s for %s transition)", count(least, "datapoint"), way)
	}
	b.WriteByte('.')
	return b.String()
}

// against names what the points were compared with.
func (a *Alarm) against(points []Point) string {
	c := comparisons[a.Comparison]
	if !c.band {
		return fmt.Sprintf("%s the threshold (%s)", c.words, Number(a.Threshold))
	}
	var parts []string
	if c.lower {
		parts = append(parts, "less than the lower thresholds "+numbers(points, func(p Point) float64 { return p.Lower }))
	}
	if c.upper {
		parts = append(parts, "greater than the upper thresholds "+numbers(points, func(p Point) float64 { return p.Upper }))
	}
	return strings.Join(parts, " or ")
}

func numbers(points []Point, of func(Point) float64) string {
	list := make([]string, len(points))
	for i, p := range points {
		list[i] = Number(of(p))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// Number prints a number as alarms show it: shortest, with at least one decimal, in scientific form below 10^-3 and from 10^7 on
// (inferred: the rules of Java). It is a JSON number for all finite values.
func Number(n float64) string {
	if n == 0 {
		return "0.0"
	}
	if abs := math.Abs(n); abs >= 1e-3 && abs < 1e7 {
		text := strconv.FormatFloat(n, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'E', -1, 64), "E")
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	e, err := strconv.Atoi(exponent)
	if err != nil { // NaN and infinities have no exponent
		return digits
	}
	return digits + "E" + strconv.Itoa(e)
}
