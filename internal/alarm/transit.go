package alarm

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that run actions; Actor.Run handles them.
const JobKind = "alarm action"

// action is the payload of a job: everything the action needs, so that it
// tells of the transition it belongs to whatever happened to the alarm since.
type action struct {
	Name    string
	Action  string // ARN
	Subject string
	Message string
	At      time.Time // of the transition
	// Composite says what history calls the alarm.
	Composite bool `json:",omitempty"`
}

// stateJSON is a state in history data.
type stateJSON struct {
	Value  evaluate.State  `json:"stateValue"`
	Reason string          `json:"stateReason"`
	Data   json.RawMessage `json:"stateReasonData,omitempty"`
}

func (r *row) state() stateJSON {
	s := stateJSON{Value: r.State, Reason: r.Reason}
	if json.Valid([]byte(r.ReasonData)) {
		s.Data = json.RawMessage(r.ReasonData)
	}
	return s
}

// transit puts an alarm into a state with its reasons. If the state is another one
// it adds history, tells events and the composites that look at the alarm, and
// sees to the actions, all in tx.
func (r *row) transit(tx store.Tx, now time.Time, events Events, to evaluate.State, reason, data string) error {
	old, before := r.state(), r.stateDetail()
	r.State, r.Reason, r.ReasonData, r.StateUpdated = to, reason, data, now
	changed := old.Value != to
	if changed {
		r.Transitioned = now
	}
	if err := r.keep(tx); err != nil || !changed {
		return err
	}
	err := r.remember(tx, now, stateUpdate, fmt.Sprintf("Alarm updated from %s to %s", old.Value, to), struct {
		Version string    `json:"version"`
		Old     stateJSON `json:"oldState"`
		New     stateJSON `json:"newState"`
	}{"1.0", old, r.state()})
	if err != nil {
		return err
	}
	if err := wake(tx, now, r); err != nil {
		return err
	}
	r.previous = before
	if err := r.act(tx, now, old.Value); err != nil {
		return err
	}
	return r.tellState(tx, now, events, before)
}

// fire enqueues the actions of the state that an alarm has entered from old.
func (r *row) fire(tx store.Tx, now time.Time, old evaluate.State, afterMute bool) error {
	actions := r.Config.actions(r.State)
	if len(actions) == 0 {
		return nil
	}
	subject, body, err := r.message(old, afterMute)
	if err != nil {
		return fmt.Errorf("compose alarm message: %w", err)
	}
	var call string
	for _, a := range actions {
		act := action{Name: r.Name, Action: a, Subject: subject, Message: body, At: now, Composite: r.Config.Composite != nil}
		if service(a) == "lambda" {
			if call == "" {
				if call, err = r.lambdaEvent(now, old); err != nil {
					return fmt.Errorf("compose alarm event: %w", err)
				}
			}
			act.Subject, act.Message = "", call
		}
		if err := job.Enqueue(tx, now, r.Account, r.Region, JobKind, act); err != nil {
			return err
		}
	}
	return nil
}
