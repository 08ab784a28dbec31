package fn

import (
	"fmt"
	"strings"
	"time"
)

// Period is a time span of a unit; months, quarters and years follow the calendar in UTC.
type Period struct {
	N    int
	Unit Unit
}

// Unit is a unit of time.
type Unit uint8

// The units.
const (
	Millisecond Unit = iota
	Second
	Minute
	Hour
	Day
	Week
	Month
	Quarter
	Year
)

var units = map[string]Unit{
	"millisecond": Millisecond, "ms": Millisecond, "msec": Millisecond,
	"second": Second, "s": Second, "sec": Second,
	"minute": Minute, "m": Minute, "min": Minute,
	"hour": Hour, "h": Hour, "hr": Hour,
	"day": Day, "d": Day, "week": Week, "w": Week,
	"month": Month, "mo": Month, "mon": Month,
	"quarter": Quarter, "q": Quarter, "qtr": Quarter,
	"year": Year, "y": Year, "yr": Year,
}

var unitCaps = map[Unit]int{Millisecond: 1000, Second: 60, Minute: 60, Hour: 24}

var unitMillis = [...]int64{1, 1000, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000, 30 * 86_400_000, 91 * 86_400_000, 365 * 86_400_000}

// ParsePeriod reads the number and unit of a literal. Units of more than one letter may carry a plural s. Values above a
// unit's cap become the cap: 300s is 60s. [CloudWatch Logs: bin]
func ParsePeriod(n int, unit string) (Period, error) {
	name := strings.ToLower(unit)
	u, ok := units[name]
	if !ok && len(name) > 2 {
		u, ok = units[strings.TrimSuffix(name, "s")]
	}
	if !ok || n <= 0 {
		return Period{}, fmt.Errorf("Invalid time period: %d%s", n, unit) // (inferred)
	}
	if c, capped := unitCaps[u]; capped && n > c {
		n = c
	}
	return Period{n, u}, nil
}

// Millis is the length; months count 30 days, quarters 91 and years 365.
func (p Period) Millis() int64 { return int64(p.N) * unitMillis[p.Unit] }

// mondayOffset is the first Monday after the epoch, a Thursday: weeks begin on Monday (inferred).
const mondayOffset = 4 * 86_400_000

// Floor truncates epoch milliseconds.
func (p Period) Floor(ms int64) int64 {
	switch p.Unit {
	case Month, Quarter, Year:
		return monthStart(p.floorMonth(ms))
	}
	off := int64(0)
	if p.Unit == Week {
		off = mondayOffset
	}
	size := p.Millis()
	r := (ms - off) % size
	if r < 0 {
		r += size
	}
	return ms - r
}

// Next is the boundary after the one that Floor gives for ms.
func (p Period) Next(ms int64) int64 {
	switch p.Unit {
	case Month, Quarter, Year:
		return monthStart(p.floorMonth(ms) + p.months())
	}
	return p.Floor(ms) + p.Millis()
}

// Ceil truncates upwards; a boundary stays.
func (p Period) Ceil(ms int64) int64 {
	f := p.Floor(ms)
	if f == ms {
		return ms
	}
	return p.Next(ms)
}

func (p Period) months() int {
	switch p.Unit {
	case Quarter:
		return 3 * p.N
	case Year:
		return 12 * p.N
	}
	return p.N
}

func (p Period) floorMonth(ms int64) int {
	t := time.UnixMilli(ms).UTC()
	m := (t.Year()-1970)*12 + int(t.Month()) - 1
	r := m % p.months()
	if r < 0 {
		r += p.months()
	}
	return m - r
}

func monthStart(m int) int64 {
	return time.Date(1970, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC).UnixMilli()
}
