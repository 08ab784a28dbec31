package alarm

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// enrolledRow is what a round reads of a metric alarm: all that decides about it, so that a round reads nothing but these rows and the
// values. It is written with the alarm, and in the order of an interval's alarms.
type enrolledRow struct {
	Interval              int64 // s between evaluations, as AWS has it
	Account, Region, Name string
	State                 evaluate.State
	// Waits tells that actions are held back, which a round may have to let go.
	Waits bool `json:",omitempty"`
	Rule  evaluate.Alarm
	// Math is an alarm on metric math; its queries are in the alarm alone.
	Math       bool               `json:",omitempty"`
	Namespace  string             `json:",omitempty"`
	Metric     string             `json:",omitempty"`
	Dimensions []series.Dimension `json:",omitempty"`
}

// roundRow is when the alarms of an interval are evaluated next. There is none before the first of them was enrolled.
type roundRow struct {
	Interval int64 // s
	At       int64 // ms since 1970
}

var (
	enrolled = store.Table[enrolledRow]{Name: "alarm.enrolled", Key: func(r *enrolledRow) store.Key {
		return store.K(r.Interval, r.Account, r.Region, r.Name)
	}}
	rounds = store.Table[roundRow]{Name: "alarm.round", Key: func(r *roundRow) store.Key { return store.K(r.Interval) }}
)

// intervals are all that alarms are evaluated in.
var intervals = []time.Duration{evaluate.ShortInterval, evaluate.UsualInterval, evaluate.LongInterval}

// enrolment is the row of a metric alarm, nil for a composite.
func (r *row) enrolment() *enrolledRow {
	if r.Config.Composite != nil {
		return nil
	}
	rule := r.rule()
	return &enrolledRow{
		Interval: int64(rule.Interval() / time.Second), Account: r.Account, Region: r.Region, Name: r.Name, State: r.State,
		Waits: r.Held != nil || r.Muted != nil, Rule: rule, Math: len(r.Config.Metrics) > 0, Namespace: r.Config.Namespace,
		Metric: r.Config.MetricName, Dimensions: r.Config.Dimensions,
	}
}

// enrol lets rounds see a metric alarm as it is now.
func (r *row) enrol(tx store.Tx) error {
	m := r.enrolment()
	if m == nil {
		return nil
	}
	if err := enrolled.Put(tx, m); err != nil {
		return fmt.Errorf("enrol alarm: %w", err)
	}
	return nil
}

// leave takes a metric alarm out of its rounds.
func (r *row) leave(tx store.Tx) error {
	m := r.enrolment()
	if m == nil {
		return nil
	}
	if err := enrolled.Remove(tx, m); err != nil {
		return fmt.Errorf("take alarm out of its rounds: %w", err)
	}
	return nil
}
