package evaluate

import (
	"encoding/json"
	"strconv"
	"time"
)

// Date is the layout of times in reason data and alarm messages; times are UTC.
const Date = "2006-01-02T15:04:05.000-0700"

// mostInData bounds the points in reason data, the newest counting; AWS does not state a bound (inferred).
const mostInData = 100

// reasonData writes the JSON text that explains a state to programs. Members and their order are AWS's; recentDatapoints are oldest first,
// evaluatedDatapoints newest first.
func (a *Alarm) reasonData(d *decision, evaluated []Point, now time.Time) string {
	real := d.real[max(0, len(d.real)-mostInData):]
	b := []byte(`{"version":"1.0","queryDate":`)
	b = appendDate(b, now)
	if len(real) > 0 {
		b = appendDate(append(b, `,"startDate":`...), real[0].Start)
	}
	if a.Unit != "" {
		b = appendString(append(b, `,"unit":`...), a.Unit)
	}
	if a.Statistic != "" {
		b = appendString(append(b, `,"statistic":`...), a.Statistic)
	}
	b = strconv.AppendInt(append(b, `,"period":`...), int64(a.Period/time.Second), 10)
	b = appendValues(append(b, `,"recentDatapoints":`...), real, func(p Point) float64 { return p.Value })
	if c := comparisons[a.Comparison]; c.band {
		if c.lower {
			b = appendValues(append(b, `,"recentLowerThresholds":`...), real, func(p Point) float64 { return p.Lower })
		}
		if c.upper {
			b = appendValues(append(b, `,"recentUpperThresholds":`...), real, func(p Point) float64 { return p.Upper })
		}
	} else {
		b = append(append(b, `,"threshold":`...), Number(a.Threshold)...)
	}
	b = append(b, `,"evaluatedDatapoints":[`...)
	for i, p := range evaluated[:min(len(evaluated), mostInData)] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDate(append(b, `{"timestamp":`...), p.Start)
		if !p.Missing {
			if p.SampleCount > 0 {
				b = append(append(b, `,"sampleCount":`...), Number(p.SampleCount)...)
			}
			b = append(append(b, `,"value":`...), Number(p.Value)...)
		}
		b = append(b, '}')
	}
	return string(append(b, "]}"...))
}

func appendDate(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), Date), '"')
}

func appendValues(b []byte, points []Point, of func(Point) float64) []byte {
	b = append(b, '[')
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, Number(of(p))...)
	}
	return append(b, ']')
}

func appendString(b []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic("BUG: a string is always JSON: " + err.Error())
	}
	return append(b, quoted...)
}
