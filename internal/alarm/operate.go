package alarm

import (
	"encoding/json"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
)

// SetAlarmState puts an alarm into a state until its next evaluation. Actions run
// if the state changes.
func (s *Service) SetAlarmState(c *op.Call, in *cloudwatch.SetAlarmStateInput) error {
	data := text(in.StateReasonData)
	if data != "" && !json.Valid([]byte(data)) {
		return cloudwatch.InvalidFormatFault("StateReasonData is not valid JSON.") // (inferred)
	}
	r, err := get(c, in.AlarmName)
	if err != nil {
		return err
	}
	if r == nil {
		return cloudwatch.ResourceNotFound("")
	}
	subject(c, r)
	return r.transit(c.Tx, c.Now, evaluate.State(in.StateValue), in.StateReason, data)
}

// DeleteAlarms deletes the alarms that exist; their history stays.
func (s *Service) DeleteAlarms(c *op.Call, in *cloudwatch.DeleteAlarmsInput) error {
	return each(c, in.AlarmNames, func(r *row) error {
		if err := alarms.Delete(c.Tx, alarms.Key(r)); err != nil {
			return fmt.Errorf("delete alarm: %w", err)
		}
		return r.configured(c.Tx, c.Now, "Delete", "deleted")
	})
}

// EnableAlarmActions lets transitions run actions again. Unknown names are ignored.
func (s *Service) EnableAlarmActions(c *op.Call, in *cloudwatch.EnableAlarmActionsInput) error {
	return enable(c, in.AlarmNames, true)
}

// DisableAlarmActions stops actions; evaluation goes on. Unknown names are ignored.
func (s *Service) DisableAlarmActions(c *op.Call, in *cloudwatch.DisableAlarmActionsInput) error {
	return enable(c, in.AlarmNames, false)
}

func enable(c *op.Call, names []string, on bool) error {
	return each(c, names, func(r *row) error {
		if r.Config.ActionsEnabled == on {
			return nil
		}
		r.Config.ActionsEnabled, r.Updated = on, c.Now
		if err := alarms.Put(c.Tx, r); err != nil {
			return fmt.Errorf("keep alarm: %w", err)
		}
		return r.configured(c.Tx, c.Now, "Update", "updated")
	})
}

func each(c *op.Call, names []string, do func(*row) error) error {
	for _, name := range names {
		r, err := get(c, name)
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		subject(c, r)
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}
