package evaluate

import (
	"math"
	"time"
)

const day = 24 * time.Hour

// The times between evaluations. [CloudWatch: Alarm evaluation]
const (
	ShortInterval = 10 * time.Second
	UsualInterval = time.Minute
	LongInterval  = time.Hour
)

// Range returns how many periods are looked at: more than N, so that late data still count. AWS does not publish the number; its
// example, five for N = 3, agrees (inferred).
func (a *Alarm) Range() int { return a.EvaluationPeriods + max(a.EvaluationPeriods/3, 2) }

// Interval returns the time between evaluations: ten seconds for periods below a minute, an hour if the N periods span more than a day,
// else a minute; never more than Every. [CloudWatch: Alarm evaluation]
func (a *Alarm) Interval() time.Duration {
	if i := a.interval(); a.Every <= 0 || i < a.Every {
		return i
	}
	return a.Every
}

func (a *Alarm) interval() time.Duration {
	switch {
	case a.Period < time.Minute:
		return ShortInterval
	case time.Duration(a.EvaluationPeriods)*a.Period > day:
		return LongInterval
	default:
		return UsualInterval
	}
}

// Window returns the span whose points decide at now: Range periods back from the last full interval. The window slides by one interval,
// hence the periods need not lie on calendar multiples of Period.
func (a *Alarm) Window(now time.Time) (start, end time.Time) {
	end = now.UTC().Truncate(a.Interval())
	return end.Add(-time.Duration(a.Range()) * a.Period), end
}

// lineUp puts points onto the periods of the window, oldest first. Points outside the window and those that are no
// finite number are left out; of two in one period the
// later one counts.
func (a *Alarm) lineUp(now time.Time, points []Point) []Point {
	start, end := a.Window(now)
	periods := make([]Point, a.Range())
	for i := range periods {
		periods[i] = Point{Start: start.Add(time.Duration(i) * a.Period), Missing: true}
	}
	for _, p := range points {
		if p.Missing || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) || p.Start.Before(start) || !p.Start.Before(end) {
			continue
		}
		place := &periods[p.Start.Sub(start)/a.Period]
		if place.Missing || !p.Start.Before(place.Start) {
			p.Start = p.Start.UTC()
			*place = p
		}
	}
	return periods
}
