package fn

import (
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var datetime = []*Func{
	// bin is given @timestamp as first argument by the compiler.
	{Name: "bin", Args: []Arg{Span}, Min: 1, Result: value.Time, Eval: func(*Ctx, []value.Value) value.Value { return value.Value{} }},
	truncation("datefloor", Period.Floor, "date_floor"),
	truncation("dateceil", Period.Ceil, "date_ceil"),
	{Name: "fromMillis", Args: []Arg{Num}, Min: 1, Result: value.Time, Eval: func(_ *Ctx, a []value.Value) value.Value {
		ms, ok := millis(a[0])
		if !ok {
			return value.Value{}
		}
		return value.OfTime(ms)
	}},
	{Name: "toMillis", Args: []Arg{Time}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfInt(a[0].Millis())
	}},
	clock("now", func(c *Ctx) int64 { return c.Now / 1000 }),
	clock("queryStartTime", func(c *Ctx) int64 { return c.Start }),
	clock("queryEndTime", func(c *Ctx) int64 { return c.End }),
	clock("queryTimeRange", func(c *Ctx) int64 { return c.End - c.Start }),
	{Name: "parseDate", Args: []Arg{Text, Text, Text}, Min: 2, Result: value.Number, Prepare: func(c []Const) (Body, error) {
		if !c[1].Known {
			return nil, fmt.Errorf("parseDate needs a constant pattern")
		}
		layout, err := javaLayout(str(c[1].Value))
		if err != nil {
			return nil, err
		}
		zone, err := constZone(c, 2)
		if err != nil {
			return nil, err
		}
		return func(_ *Ctx, a []value.Value) value.Value {
			t, err := time.ParseInLocation(layout, str(a[0]), zone)
			if err != nil {
				return value.Value{}
			}
			return value.OfInt(t.UnixMilli())
		}, nil
	}},
	{Name: "formatDate", Aliases: []string{"strftime"}, Args: []Arg{Time, Text, Text}, Min: 2, Result: value.String, Prepare: func(c []Const) (Body, error) {
		zone, err := constZone(c, 2)
		if err != nil {
			return nil, err
		}
		return func(_ *Ctx, a []value.Value) value.Value {
			return value.OfString(strftime(time.UnixMilli(a[0].Millis()).In(zone), str(a[1])))
		}, nil
	}},
}

func clock(name string, f func(*Ctx) int64) *Func {
	return &Func{Name: name, Result: value.Number, Eval: func(c *Ctx, _ []value.Value) value.Value { return value.OfInt(f(c)) }}
}

func truncation(name string, f func(Period, int64) int64, aliases ...string) *Func {
	return &Func{Name: name, Aliases: aliases, Args: []Arg{Time, Span}, Min: 2, Result: value.Time, Prepare: func(c []Const) (Body, error) {
		p := c[1].Span
		if p.N == 0 {
			return nil, fmt.Errorf("%s needs a period", name)
		}
		return func(_ *Ctx, a []value.Value) value.Value { return value.OfTime(f(p, a[0].Millis())) }, nil
	}}
}

func constZone(c []Const, i int) (*time.Location, error) {
	if i >= len(c) {
		return time.UTC, nil
	}
	if !c[i].Known {
		return nil, fmt.Errorf("the time zone must be constant")
	}
	zone, err := time.LoadLocation(str(c[i].Value))
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %s", str(c[i].Value))
	}
	return zone, nil
}

var javaTokens = map[string]string{
	"yyyy": "2006", "uuuu": "2006", "yy": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2",
	"EEEE": "Monday", "EEE": "Mon", "E": "Mon", "HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"SSS": "000", "SSSSSS": "000000", "S": "0", "a": "PM", "XXX": "Z07:00", "X": "Z07", "Z": "-0700", "z": "MST", "DDD": "002",
}

// javaLayout turns a Java date pattern into a layout of package time.
func javaLayout(pattern string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return "", fmt.Errorf("unclosed quote in date pattern %s", pattern)
			}
			if end == 0 {
				b.WriteByte('\'')
			}
			b.WriteString(pattern[i+1 : i+1+end])
			i += end + 2
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			j := i
			for j < len(pattern) && pattern[j] == c {
				j++
			}
			t, ok := javaTokens[pattern[i:j]]
			if !ok {
				return "", fmt.Errorf("unknown letters %s in date pattern %s", pattern[i:j], pattern)
			}
			b.WriteString(t)
			i = j
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}

func strftime(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := strftimeVerbs[format[i]]
		switch {
		case ok:
			b.WriteString(t.Format(layout))
		case format[i] == 's':
			fmt.Fprint(&b, t.Unix())
		case format[i] == 'f':
			fmt.Fprintf(&b, "%06d", t.Nanosecond()/1000)
		case format[i] == 'L':
			fmt.Fprintf(&b, "%03d", t.Nanosecond()/1e6)
		case format[i] == 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case format[i] == 'u':
			fmt.Fprint(&b, (int(t.Weekday())+6)%7+1)
		case format[i] == 'w':
			fmt.Fprint(&b, int(t.Weekday()))
		case format[i] == 'V':
			_, w := t.ISOWeek()
			fmt.Fprintf(&b, "%02d", w)
		case format[i] == 'n':
			b.WriteByte('\n')
		case format[i] == 't':
			b.WriteByte('\t')
		case format[i] == '%':
			b.WriteByte('%')
		default:
			b.WriteByte('%')
			b.WriteByte(format[i])
		}
	}
	return b.String()
}

var strftimeVerbs = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
	'A': "Monday", 'a': "Mon", 'B': "January", 'b': "Jan", 'h': "Jan", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04",
	'D': "01/02/06", 'Z': "MST", 'z': "-0700", 'c': "Mon Jan _2 15:04:05 2006",
}
