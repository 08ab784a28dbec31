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
// it adds history and enqueues the actions, all in tx.
func (r *row) transit(tx store.Tx, now time.Time, to evaluate.State, reason, data string) error {
	old := r.state()
	r.State, r.Reason, r.ReasonData, r.StateUpdated = to, reason, data, now
	changed := old.Value != to
	if changed {
		r.Transitioned = now
	}
	if err := alarms.Put(tx, r); err != nil {
		return fmt.Errorf("keep alarm: %w", err)
	}
	if !changed {
		return nil
	}
	err := r.remember(tx, now, stateUpdate, fmt.Sprintf("Alarm updated from %s to %s", old.Value, to), struct {
		Version string    `json:"version"`
		Old     stateJSON `json:"oldState"`
		New     stateJSON `json:"newState"`
	}{"1.0", old, r.state()})
	if err != nil || !r.Config.ActionsEnabled {
		return err
	}
	subject, body, err := r.message(old.Value)
	if err != nil {
		return fmt.Errorf("compose alarm message: %w", err)
	}
	for _, a := range r.Config.actions(to) {
		if err := job.Enqueue(tx, now, r.Account, r.Region, JobKind, action{r.Name, a, subject, body, now}); err != nil {
			return err
		}
	}
	return nil
}
