package mute

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errCron = errors.New("the cron expression must have five fields: minute, hour, day of month, month, day of week")

// cron is which minutes match: a bit for each value of a field.
type cron struct {
	minute, hour, day, month, weekday uint64
	anyDay, anyWeekday                bool
}

var (
	monthNames   = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// parseCron reads five fields, each of *, ?, numbers, names, ranges, steps and lists of them. Sunday is 0 or 7, as in Unix (inferred).
func parseCron(text string) (*cron, error) {
	f := strings.Fields(text)
	if len(f) != 5 {
		return nil, errCron
	}
	c := &cron{anyDay: f[2] == "*" || f[2] == "?", anyWeekday: f[4] == "*" || f[4] == "?"}
	for i, spec := range []struct {
		into      *uint64
		low, high int
		names     []string
	}{{&c.minute, 0, 59, nil}, {&c.hour, 0, 23, nil}, {&c.day, 1, 31, nil}, {&c.month, 1, 12, monthNames}, {&c.weekday, 0, 7, weekdayNames}} {
		set, ok := field(f[i], spec.low, spec.high, spec.names)
		if !ok {
			return nil, errCron
		}
		*spec.into = set
	}
	if c.weekday&(1<<7) != 0 {
		c.weekday |= 1
	}
	return c, nil
}

func field(text string, low, high int, names []string) (uint64, bool) {
	var set uint64
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		by := 1
		if stepped {
			var err error
			if by, err = strconv.Atoi(step); err != nil || by < 1 || by > high {
				return 0, false
			}
		}
		from, to := low, high
		if span != "*" && span != "?" {
			first, last, ranged := strings.Cut(span, "-")
			var ok bool
			if from, ok = fieldValue(first, low, high, names); !ok {
				return 0, false
			}
			if to = from; stepped {
				to = high
			}
			if ranged {
				if to, ok = fieldValue(last, low, high, names); !ok || to < from {
					return 0, false
				}
			}
		}
		for v := from; v <= to; v += by {
			set |= 1 << v
		}
	}
	return set, true
}

func fieldValue(text string, low, high int, names []string) (int, bool) {
	for i, n := range names {
		if n != "" && strings.EqualFold(text, n) {
			return i, true
		}
	}
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > 3 {
		return 0, false
	}
	v, err := strconv.Atoi(text)
	return v, err == nil && v >= low && v <= high
}

// onDay tells whether windows begin on a day. Where both days of month and of week are limited, either counts, as in Unix (inferred).
func (c *cron) onDay(d time.Time) bool {
	if c.month&(1<<int(d.Month())) == 0 {
		return false
	}
	day, weekday := c.day&(1<<d.Day()) != 0, c.weekday&(1<<int(d.Weekday())) != 0
	if !c.anyDay && !c.anyWeekday {
		return day || weekday
	}
	return day && weekday
}

// before returns the last match at or before a time in its zone, not before limit.
func (c *cron) before(t, limit time.Time) (time.Time, bool) {
	y, m, d := t.Date()
	for back := 0; ; back++ {
		day := time.Date(y, m, d-back, 12, 0, 0, 0, t.Location())
		if day.AddDate(0, 0, 1).Before(limit) {
			return time.Time{}, false
		}
		if !c.onDay(day) {
			continue
		}
		for h := 23; h >= 0; h-- {
			if c.hour&(1<<h) == 0 {
				continue
			}
			for minute := 59; minute >= 0; minute-- {
				if c.minute&(1<<minute) == 0 {
					continue
				}
				at := time.Date(day.Year(), day.Month(), day.Day(), h, minute, 0, 0, t.Location())
				if at.After(t) {
					continue
				}
				return at, !at.Before(limit)
			}
		}
	}
}
