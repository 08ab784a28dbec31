package alarm

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/alarm/rule"
	"github.com/cogtrail/cogtrail/internal/store"
)

// reasonDate is how reasons of composite alarms show times.
const reasonDate = "Monday 02 January, 2006 15:04:05 UTC"

// child is an alarm that made a composite change, as its reason data show it.
type child struct {
	ARN   string     `json:"arn"`
	State childState `json:"state"`
}

type childState struct {
	Value     evaluate.State `json:"value"`
	Timestamp string         `json:"timestamp"`
}

// evaluateComposite decides the state of a composite alarm from those of its children, and lets go of actions that were held. One that
// looks at itself, over however many others, keeps its state.
func evaluateComposite(tx store.Tx, now time.Time, r *row, events Events) error {
	c := r.Config.Composite
	circle, err := looksAtItself(tx, r)
	if err != nil {
		return err
	}
	if circle {
		return r.settle(tx, now)
	}
	parsed, err := rule.Parse(c.Rule)
	if err != nil {
		return fmt.Errorf("parse rule of %s: %w", r.arn(), err)
	}
	states := make(map[string]rule.State, len(c.Children))
	var newest *row
	for _, name := range c.Children {
		k, err := alarms.Get(tx, store.K(r.Account, r.Region, name))
		if ignoreMissing(err) != nil {
			return fmt.Errorf("read child alarm: %w", err)
		}
		if k == nil {
			continue
		}
		states[name] = rule.State(k.State)
		if k.Transitioned.After(r.Updated) && (newest == nil || k.Transitioned.After(newest.Transitioned)) {
			newest = k
		}
	}
	to := evaluate.OK
	if parsed.Holds(func(text string) rule.State {
		name, _ := nameOf(r.Account, r.Region, text)
		return states[name]
	}) {
		to = evaluate.InAlarm
	}
	if to != r.State {
		reason, data, err := r.compositeReason(to, newest)
		if err != nil {
			return err
		}
		if err := r.transit(tx, now, events, to, reason, data); err != nil {
			return err
		}
	}
	return r.settle(tx, now)
}

func (r *row) compositeReason(to evaluate.State, newest *row) (reason, data string, err error) {
	triggers := struct {
		Alarms []child `json:"triggeringAlarms"`
	}{Alarms: []child{}}
	if newest == nil {
		done := "created"
		if r.State != evaluate.InsufficientData {
			done = "updated" // (inferred)
		}
		reason = fmt.Sprintf("%s was %s and its alarm rule evaluates to %s", r.arn(), done, to)
	} else {
		reason = fmt.Sprintf("%s transitioned to %s at %s", newest.arn(), newest.State, newest.Transitioned.UTC().Format(reasonDate))
		triggers.Alarms = append(triggers.Alarms, child{newest.arn(), childState{newest.State, date(newest.Transitioned)}})
	}
	data, err = plainJSON(triggers)
	return reason, data, err
}

// triggers reads the children back from reason data, for messages.
func (r *row) triggers() []child {
	var data struct {
		Alarms []child `json:"triggeringAlarms"`
	}
	if json.Unmarshal([]byte(r.ReasonData), &data) != nil {
		return nil // SetAlarmState gave other data
	}
	return data.Alarms
}

// looksAtItself tells whether a composite is its own child, over others or not.
func looksAtItself(tx store.Tx, r *row) (bool, error) {
	seen := map[string]bool{}
	waiting := append([]string(nil), r.Config.Composite.Children...)
	for len(waiting) > 0 {
		name := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if name == r.Name {
			return true, nil
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		k, err := alarms.Get(tx, store.K(r.Account, r.Region, name))
		if ignoreMissing(err) != nil {
			return false, fmt.Errorf("read child alarm: %w", err)
		}
		if k != nil && k.Config.Composite != nil {
			waiting = append(waiting, k.Config.Composite.Children...)
		}
	}
	return false, nil
}

// wake asks for an evaluation of the composites that look at an alarm.
func wake(tx store.Tx, now time.Time, r *row) error {
	var parents []*row
	for at, err := range alarms.ScanIndex(tx, "watched", store.K(r.Account, r.Region, r.Name), nil, false) {
		if err != nil {
			return fmt.Errorf("read composite alarms: %w", err)
		}
		parents = append(parents, at.Row)
	}
	for _, p := range parents {
		if err := schedule(tx, p, now); err != nil {
			return err
		}
	}
	return nil
}
