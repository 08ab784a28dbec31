package fn

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Arg is what an argument has to be.
type Arg uint8

const (
	// Any takes every value.
	Any Arg = iota
	// Text needs a text view.
	Text
	// Num needs a numeric view.
	Num
	// Time needs a timestamp, or a number of epoch milliseconds.
	Time
	// Span is a period literal such as 5m.
	Span
	// Pattern is a regex literal, or a text literal holding a regex.
	Pattern
)

var argNames = [...]string{"any", "string", "number", "timestamp", "period", "regex"}

func (a Arg) String() string { return argNames[a] }

// Ctx is what a body may know of the query.
type Ctx struct {
	// Now is when the query began, Start and End its range, in epoch milliseconds; End is the last instant.
	Now, Start, End int64
}

// Const is what is known of an argument before any row is read.
type Const struct {
	Known  bool        // the argument is a literal
	Value  value.Value // of a literal other than Span and Pattern
	Span   Period
	Regexp *regexp.Regexp
}

// Body computes a result.
type Body func(c *Ctx, a []value.Value) value.Value

// Func is one scalar function.
type Func struct {
	Name    string
	Aliases []string
	// Args are the argument kinds; with Variadic the last repeats.
	Args     []Arg
	Min      int // least number of arguments
	Variadic bool
	Result   value.Kind
	// Nulls says that the body wants nulls and unconverted values.
	Nulls bool
	Eval  Body
	// Prepare, instead of Eval, makes a body from the constants of a call.
	Prepare func(args []Const) (Body, error)
}

// Kind returns the kind of argument i.
func (f *Func) Kind(i int) Arg {
	if i >= len(f.Args) {
		i = len(f.Args) - 1
	}
	return f.Args[i]
}

// CheckCount reports whether n arguments are right.
func (f *Func) CheckCount(n int) error {
	if n < f.Min || n > len(f.Args) && !f.Variadic {
		return fmt.Errorf("Invalid number of arguments for function %s", f.Name)
	}
	return nil
}

// Signature prints the entry for help: trim(string, [string]) string.
func (f *Func) Signature() string {
	parts := make([]string, len(f.Args))
	for i, a := range f.Args {
		parts[i] = a.String()
		if i >= f.Min {
			parts[i] = "[" + parts[i] + "]"
		}
	}
	s := f.Name + "(" + strings.Join(parts, ", ")
	if f.Variadic {
		s += ", ..."
	}
	return s + ") " + f.Result.String()
}

// Accept converts a for the body; ok is false if the result is null without asking it.
func (f *Func) Accept(args []value.Value) bool {
	if f.Nulls {
		return true
	}
	for i := range args {
		switch f.Kind(i) {
		case Text:
			if args[i].Kind() == value.String {
				continue
			}
			s, ok := args[i].Text()
			if !ok {
				return false
			}
			args[i] = value.OfString(s)
		case Num:
			if args[i].Kind() == value.Number {
				continue
			}
			n, ok := args[i].Num()
			if !ok {
				return false
			}
			args[i] = value.OfNumber(n)
		case Time:
			n, ok := millis(args[i])
			if !ok {
				return false
			}
			args[i] = value.OfTime(n)
		case Any:
			if args[i].IsNull() {
				return false
			}
		}
	}
	return true
}

func millis(v value.Value) (int64, bool) {
	if v.Kind() == value.Time {
		return v.Millis(), true
	}
	n, ok := v.Num()
	if !ok || n > 1e15 || n < -1e15 {
		return 0, false
	}
	return int64(n), true
}

var functions = index(numeric, text, datetime, general, json, ip, encoding)

func index(groups ...[]*Func) map[string]*Func {
	m := make(map[string]*Func)
	for _, g := range groups {
		for _, f := range g {
			for _, n := range append([]string{f.Name}, f.Aliases...) {
				m[strings.ToLower(n)] = f
			}
		}
	}
	return m
}

// Lookup finds a scalar function by name in any case, or nil.
func Lookup(name string) *Func {
	if f := functions[name]; f != nil {
		return f
	}
	return functions[strings.ToLower(name)]
}

// All calls yield for each scalar function once.
func All(yield func(*Func) bool) {
	for _, g := range [][]*Func{numeric, text, datetime, general, json, ip, encoding} {
		for _, f := range g {
			if !yield(f) {
				return
			}
		}
	}
}

func str(v value.Value) string { s, _ := v.Text(); return s }
func num(v value.Value) float64 {
	n, _ := v.Num()
	return n
}
