package fn

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Moment places a row in time: of two rows with equal Time the one with larger Seq is newer.
type Moment struct{ Time, Seq int64 }

func (m Moment) before(o Moment) bool { return m.Time < o.Time || m.Time == o.Time && m.Seq < o.Seq }

// State is one aggregate of one group. It is used by one goroutine at a time.
type State interface {
	// Add takes the arguments of one row; the values may point into memory that does not outlive the call. It returns the
	// bytes by which the state grew.
	Add(args []value.Value, at Moment) (grown int64)
	// Merge adds what another state of the same call has seen; that state stays as it is and shares nothing that changes.
	Merge(other State)
	// Result is the aggregate so far.
	Result() value.Value
}

// AggCtx is what an aggregate may know of its call.
type AggCtx struct {
	Args []Const
	// Window is the length in milliseconds that one group covers: the bin, or the query's range.
	Window int64
}

// Agg is one aggregate function.
type Agg struct {
	Name    string
	Aliases []string
	Args    []Arg
	Min     int
	// Star says that * may stand for the arguments.
	Star bool
	// Alone says that neither by nor another aggregate may stand beside it.
	Alone bool
	New   func(c AggCtx) (func() State, error)
}

// CheckCount reports whether n arguments are right.
func (a *Agg) CheckCount(n int) error {
	if n < a.Min || n > len(a.Args) {
		return fmt.Errorf("Invalid number of arguments for function %s", a.Name)
	}
	return nil
}

var aggregates = indexAggs(counting, summing, ordering, distribution)

// Aggregates calls yield for each aggregate once.
func Aggregates(yield func(*Agg) bool) {
	for _, g := range [][]*Agg{counting, summing, ordering, distribution} {
		for _, a := range g {
			if !yield(a) {
				return
			}
		}
	}
}

// Signature prints the entry for help: pct(any, number).
func (a *Agg) Signature() string {
	parts := make([]string, len(a.Args))
	for i, k := range a.Args {
		parts[i] = k.String()
		if i >= a.Min {
			parts[i] = "[" + parts[i] + "]"
		}
	}
	return a.Name + "(" + strings.Join(parts, ", ") + ")"
}

func indexAggs(groups ...[]*Agg) map[string]*Agg {
	m := make(map[string]*Agg)
	for _, g := range groups {
		for _, a := range g {
			for _, n := range append([]string{a.Name}, a.Aliases...) {
				m[strings.ToLower(n)] = a
			}
		}
	}
	return m
}

// Aggregate finds an aggregate by name in any case, or nil.
func Aggregate(name string) *Agg {
	if a := aggregates[name]; a != nil {
		return a
	}
	return aggregates[strings.ToLower(name)]
}

func simple(f func() State) func(AggCtx) (func() State, error) {
	return func(AggCtx) (func() State, error) { return f, nil }
}
