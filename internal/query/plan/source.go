package plan

import (
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// msFrom is the least number taken for milliseconds instead of seconds. (inferred)
const msFrom = 100_000_000_000

func (b *builder) source(c *syntax.Source) error {
	for _, w := range []string{c.Start, c.End} {
		if _, ok := instant(w, time.Time{}); w != "" && !ok {
			return b.fail(c, "Query cannot be compiled")
		}
	}
	b.plan.Source = c
	return nil
}

// Range is the range that a SOURCE asks for: its own start and end where it has them, else those given. Like a query's
// range it runs from the first instant to the first after it.
func Range(s *syntax.Source, start, end, now time.Time) (time.Time, time.Time) {
	if s == nil {
		return start, end
	}
	if t, ok := instant(s.Start, now); ok {
		start = t
	}
	if t, ok := instant(s.End, now); ok {
		end = t.Add(time.Millisecond) // the end belongs to the range
	}
	return start, end
}

// instant reads now, a span before or after it such as -1d, or an epoch number of seconds or milliseconds.
func instant(word string, now time.Time) (time.Time, bool) {
	if strings.EqualFold(word, "now") {
		return now, true
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil && n >= 0 {
		if n < msFrom {
			n *= 1000
		}
		return time.UnixMilli(n).UTC(), true
	}
	sign, rest := 1, strings.TrimPrefix(word, "+")
	if rest == word {
		if rest = strings.TrimPrefix(word, "-"); rest == word {
			return time.Time{}, false
		}
		sign = -1
	}
	at := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if at <= 0 {
		return time.Time{}, false
	}
	n, err := strconv.Atoi(rest[:at])
	if err != nil || n > 1_000_000 {
		return time.Time{}, false
	}
	// A span is as long as it says: the caps of bin do not apply.
	unit, err := fn.ParsePeriod(1, rest[at:])
	if err != nil {
		return time.Time{}, false
	}
	switch unit.Unit {
	case fn.Day:
		return now.AddDate(0, 0, sign*n), true
	case fn.Week:
		return now.AddDate(0, 0, 7*sign*n), true
	case fn.Month:
		return now.AddDate(0, sign*n, 0), true
	case fn.Quarter:
		return now.AddDate(0, 3*sign*n, 0), true
	case fn.Year:
		return now.AddDate(sign*n, 0, 0), true
	}
	return now.Add(time.Duration(sign*n) * time.Duration(unit.Millis()) * time.Millisecond), true
}
