package alarm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
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
	return r.transit(c.Tx, c.Now, s.deps.Events, evaluate.State(in.StateValue), in.StateReason, data)
}

// DeleteAlarms deletes the alarms that exist; their history stays. At most one of
// them is a composite, and none that is a child of a composite.
func (s *Service) DeleteAlarms(c *op.Call, in *cloudwatch.DeleteAlarmsInput) error {
	composites := 0
	err := each(c, in.AlarmNames, func(r *row) error {
		if r.Config.Composite == nil {
			return nil
		}
		if composites++; composites > 1 {
			return validation("At most one composite alarm can be deleted at a time.") // (inferred)
		}
		for at, err := range alarms.ScanIndex(c.Tx, "watched", store.K(c.Account, c.Region, r.Name), nil, false) {
			if err != nil {
				return fmt.Errorf("read composite alarms: %w", err)
			}
			if at.Row.Name != r.Name {
				return validation("The composite alarm %s cannot be deleted, because %s looks at it.", r.Name, at.Row.Name) // (inferred)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(c, in.AlarmNames, func(r *row) error {
		if err := alarms.Remove(c.Tx, r); err != nil {
			return fmt.Errorf("delete alarm: %w", err)
		}
		if err := r.leave(c.Tx); err != nil {
			return err
		}
		if err := countOut(c); err != nil {
			return fmt.Errorf("count alarms: %w", err)
		}
		if err := wake(c.Tx, c.Now, r); err != nil {
			return err
		}
		return r.configured(c.Tx, c.Now, s.deps.Events, "Delete", nil)
	})
}

// EnableAlarmActions lets transitions run actions again. Unknown names are ignored.
func (s *Service) EnableAlarmActions(c *op.Call, in *cloudwatch.EnableAlarmActionsInput) error {
	return s.enable(c, in.AlarmNames, true)
}

// DisableAlarmActions stops actions; evaluation goes on. Unknown names are ignored.
func (s *Service) DisableAlarmActions(c *op.Call, in *cloudwatch.DisableAlarmActionsInput) error {
	return s.enable(c, in.AlarmNames, false)
}

func (s *Service) enable(c *op.Call, names []string, on bool) error {
	return each(c, names, func(r *row) error {
		if r.Config.ActionsEnabled == on {
			return nil
		}
		before := *r
		r.Config.ActionsEnabled, r.Updated = on, c.Now
		if err := r.keep(c.Tx); err != nil {
			return err
		}
		return r.configured(c.Tx, c.Now, s.deps.Events, "Update", &before)
	})
}

// each calls do for every alarm of a list that exists, once.
func each(c *op.Call, names []string, do func(*row) error) error {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
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
