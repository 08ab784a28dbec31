package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errExpression is an expression that cannot be followed.
var errExpression = errors.New("the schedule expression is not valid")

// Expression is a parsed cron(…) or rate(…). [EventBridge Scheduler: schedule types]
type Expression struct {
	every                                    time.Duration // of rate
	minute, hour, day, month, weekday, years set
}

// set is the values that a field allows; nil is all.
type set []int

func (s set) has(n int) bool { return s == nil || slices.Contains(s, n) }

var monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
var dayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// Parse reads cron(minutes hours day-of-month month day-of-week year) with * , - / ? and names, or rate(n unit).
func Parse(text string) (*Expression, error) {
	bad := func(why string) (*Expression, error) { return nil, fmt.Errorf("%w: %s", errExpression, why) }
	kind, rest, ok := strings.Cut(text, "(")
	body, closed := strings.CutSuffix(rest, ")")
	fields := strings.Fields(body)
	switch {
	case !ok || !closed:
		return bad("want cron(…) or rate(…)")
	case kind == "rate":
		if len(fields) != 2 {
			return bad("want rate(value unit)")
		}
		n, err := strconv.Atoi(fields[0])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(fields[1], "s")]
		if err != nil || n < 1 || n > 100_000 || unit == 0 {
			return bad("want rate(value unit) with minutes, hours or days")
		}
		return &Expression{every: time.Duration(n) * unit}, nil
	case kind != "cron" || len(fields) != 6:
		return bad("want cron(minutes hours day-of-month month day-of-week year)")
	case (fields[2] == "?") == (fields[4] == "?"):
		return bad("one of day-of-month and day-of-week must be ?")
	}
	e := &Expression{}
	for i, f := range []struct {
		to        *set
		low, high int
		names     []string
		first     int // value of the first name
	}{
		{&e.minute, 0, 59, nil, 0}, {&e.hour, 0, 23, nil, 0}, {&e.day, 1, 31, nil, 0}, {&e.month, 1, 12, monthNames, 1},
		{&e.weekday, 1, 7, dayNames, 1}, {&e.years, 1970, 2199, nil, 0},
	} {
		var err error
		if *f.to, err = field(fields[i], f.low, f.high, f.names, f.first); err != nil {
			return bad(err.Error())
		}
	}
	return e, nil
}

// field reads one field; nil means all values.
func field(text string, low, high int, names []string, first int) (set, error) {
	if text == "*" || text == "?" {
		return nil, nil
	}
	number := func(s string) (int, error) {
		if i := slices.Index(names, strings.ToUpper(s)); i >= 0 {
			return i + first, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, fmt.Errorf("%q is not between %d and %d", s, low, high)
		}
		return n, nil
	}
	var out set
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		from, to, step := low, high, 1
		var err error
		if stepped {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return nil, fmt.Errorf("%q is no step", stepText)
			}
		}
		if span != "*" {
			a, b, ranged := strings.Cut(span, "-")
			if from, err = number(a); err != nil {
				return nil, err
			}
			switch {
			case ranged:
				if to, err = number(b); err != nil {
					return nil, err
				}
			case !stepped:
				to = from
			}
		}
		if to < from {
			return nil, fmt.Errorf("%q runs backwards", span)
		}
		for n := from; n <= to; n += step {
			out = append(out, n)
		}
	}
	return out, nil
}

// Next is the first instant after a time, in the zone of the time; ok is false when there is none. begin is what a rate
// counts from.
func (e *Expression) Next(after, begin time.Time) (next time.Time, ok bool) {
	if e.every > 0 {
		if after.Before(begin) {
			return begin.Add(e.every), true
		}
		return begin.Add((after.Sub(begin)/e.every + 1) * e.every), true
	}
	t := after.Truncate(time.Minute).Add(time.Minute)
	for range 400 * 366 * 3 { // days that do not fit are passed over as a whole
		switch {
		case t.Year() > 2199 || len(e.years) > 0 && t.Year() > slices.Max(e.years):
			return time.Time{}, false
		case !e.years.has(t.Year()) || !e.month.has(int(t.Month())) || !e.day.has(t.Day()) || !e.weekday.has(int(t.Weekday())+1):
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
		case !e.hour.has(t.Hour()):
			t = t.Add(time.Duration(60-t.Minute()) * time.Minute)
		case !e.minute.has(t.Minute()):
			t = t.Add(time.Minute)
		default:
			return t, true
		}
	}
	return time.Time{}, false
}
