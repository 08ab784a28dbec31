package series

import "time"

// Times of CloudWatch. [CloudWatch: PutMetricData, GetMetricData]
const (
	HighResolution = time.Second // storage resolution 1
	Standard       = time.Minute // storage resolution 60

	OldestDatum = 14 * 24 * time.Hour // a datum may lie so far in the past
	NewestDatum = 2 * time.Hour       // and so far in the future

	KeepHighResolution = 3 * time.Hour        // periods below a minute
	KeepMinutes        = 15 * 24 * time.Hour  // periods of a minute
	KeepFiveMinutes    = 63 * 24 * time.Hour  // periods of five minutes
	KeepHours          = 455 * 24 * time.Hour // periods of an hour

	ListedFor = 14 * 24 * time.Hour // ListMetrics shows a metric so long after its last datum
)

// Floor returns the start of the period in which t lies. Periods are multiples of period since 1970 in UTC (inferred).
func Floor(t time.Time, period time.Duration) time.Time {
	ns := t.UnixNano() % int64(period)
	if ns < 0 {
		ns += int64(period)
	}
	return t.Add(-time.Duration(ns)).UTC()
}

// ValidPeriod tells whether statistics and alarms accept a period: 1, 5, 10, 20, 30 seconds or whole minutes.
func ValidPeriod(period time.Duration) bool {
	switch period {
	case time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second:
		return true
	}
	return period > 0 && period%time.Minute == 0
}

// Finest returns the smallest period that data of this age still have; 0 if none is left.
func Finest(age time.Duration) time.Duration {
	switch {
	case age <= KeepHighResolution:
		return HighResolution
	case age <= KeepMinutes:
		return Standard
	case age <= KeepFiveMinutes:
		return 5 * time.Minute
	case age <= KeepHours:
		return time.Hour
	default:
		return 0
	}
}

// RoundStart returns the time from which GetMetricData takes data when asked from start on: rounded down to the minute, to five minutes
// above 15 days of age, to the hour above 63 days, and to the period itself below a minute.
func RoundStart(start, now time.Time, period time.Duration) time.Time {
	switch age := now.Sub(start); {
	case age > KeepFiveMinutes:
		return Floor(start, time.Hour)
	case age > KeepMinutes:
		return Floor(start, 5*time.Minute)
	case period < time.Minute:
		return Floor(start, period)
	default:
		return Floor(start, time.Minute)
	}
}

// Bucket is what is known of one period.
type Bucket struct {
	Start   time.Time
	Summary Summary
}

// RollUp joins buckets, in any order, into buckets of a period that is a multiple of theirs; oldest first, only periods with
// data. Periods count from anchor: the zero time for calendar periods, a window's start for the sliding windows of alarms. The
// buckets given are not changed.
func RollUp(buckets []Bucket, period time.Duration, anchor time.Time) []Bucket {
	shift := time.Duration(0)
	if !anchor.IsZero() {
		shift = anchor.Sub(Floor(anchor, period))
	}
	var out []Bucket
	for _, b := range buckets {
		start := Floor(b.Start.Add(-shift), period).Add(shift)
		i := len(out)
		for i > 0 && out[i-1].Start.After(start) {
			i--
		}
		if i > 0 && out[i-1].Start.Equal(start) {
			out[i-1].Summary.Merge(b.Summary)
			continue
		}
		out = append(out, Bucket{})
		copy(out[i+1:], out[i:])
		out[i] = Bucket{Start: start, Summary: b.Summary.Clone()}
	}
	return out
}
