package mute

import "time"

// Window is one time of silence, End exclusive.
type Window struct{ Start, End time.Time }

// Active returns the window that now lies in. Windows begin not before from and before until; zero times are no bounds. Of overlapping
// windows it is the one that began last, which ends last.
func (s *Schedule) Active(now, from, until time.Time) (Window, bool) {
	start := s.at
	if s.cron != nil {
		last := now
		if !until.IsZero() && !until.After(now) {
			last = until.Add(-time.Nanosecond)
		}
		var ok bool
		if start, ok = s.cron.before(last.In(s.zone), now.Add(-s.duration)); !ok {
			return Window{}, false
		}
	}
	w := Window{start.UTC(), start.Add(s.duration).UTC()}
	if now.Before(w.Start) || !now.Before(w.End) || start.Before(from) || !until.IsZero() && !start.Before(until) {
		return Window{}, false
	}
	return w, true
}

// States of a rule, as AWS spells them.
const (
	Scheduled = "SCHEDULED"
	Active    = "ACTIVE"
	Expired   = "EXPIRED"
)

// Status tells whether a rule mutes now, will, or never again.
func (s *Schedule) Status(now, from, until time.Time) string {
	if _, ok := s.Active(now, from, until); ok {
		return Active
	}
	if !until.IsZero() && !now.Before(until) {
		return Expired
	}
	if s.cron == nil && (now.After(s.at) || s.at.Before(from) || !until.IsZero() && !s.at.Before(until)) {
		return Expired
	}
	return Scheduled
}
