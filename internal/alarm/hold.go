package alarm

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/store"
)

// held are the actions of a composite alarm that wait for its suppressor.
type held struct {
	// From is the state before the first transition whose actions wait. A return to it leaves nothing to tell (inferred).
	From  evaluate.State
	By    string    // as AWS spells it
	Until time.Time // of WaitPeriod and ExtensionPeriod
}

// What holds actions back.
const (
	byAlarm     = "Alarm"
	byWait      = "WaitPeriod"
	byExtension = "ExtensionPeriod"
)

// act runs the actions of a transition, or holds them back. r is kept by the caller's Put before and by act after a change.
func (r *row) act(tx store.Tx, now time.Time, old evaluate.State) error {
	if !r.Config.ActionsEnabled {
		return nil
	}
	c := r.Config.Composite
	if c == nil || c.SuppressorName == "" {
		return r.unlessMuted(tx, now, old)
	}
	if r.Held != nil {
		if r.Held.From == r.State {
			r.Held = nil
			return r.keep(tx)
		}
		return nil // its time runs on
	}
	suppressing, err := r.suppressed(tx)
	if err != nil {
		return err
	}
	switch {
	case suppressing:
		r.Held = &held{From: old, By: byAlarm}
	case c.Wait > 0:
		r.Held = &held{From: old, By: byWait, Until: now.Add(time.Duration(c.Wait) * time.Second)}
		if err := schedule(tx, r, r.Held.Until); err != nil {
			return err
		}
	default:
		return r.unlessMuted(tx, now, old)
	}
	return r.keep(tx)
}

func (r *row) keep(tx store.Tx) error {
	if err := alarms.Put(tx, r); err != nil {
		return fmt.Errorf("keep alarm: %w", err)
	}
	return r.enrol(tx)
}

// suppressed tells whether the suppressor is in ALARM.
func (r *row) suppressed(tx store.Tx) (bool, error) {
	c := r.Config.Composite
	if c == nil || c.SuppressorName == "" {
		return false, nil // it was taken away
	}
	s, err := alarms.Get(tx, store.K(r.Account, r.Region, c.SuppressorName))
	if ignoreMissing(err) != nil {
		return false, fmt.Errorf("read suppressor alarm: %w", err)
	}
	return s != nil && s.State == evaluate.InAlarm, nil
}

// settle lets go of held or muted actions whose time has come.
func (r *row) settle(tx store.Tx, now time.Time) error {
	if r.Held != nil {
		if err := r.settleHeld(tx, now); err != nil {
			return err
		}
	}
	if r.Muted != nil {
		return r.settleMuted(tx, now)
	}
	return nil
}

func (r *row) settleHeld(tx store.Tx, now time.Time) error {
	suppressing, err := r.suppressed(tx)
	if err != nil {
		return err
	}
	h := r.Held
	switch {
	case suppressing:
		if h.By == byAlarm {
			return nil
		}
		h.By, h.Until = byAlarm, time.Time{}
	case h.By == byAlarm && r.Config.Composite != nil && r.Config.Composite.Extension > 0:
		h.By, h.Until = byExtension, now.Add(time.Duration(r.Config.Composite.Extension)*time.Second)
		if err := schedule(tx, r, h.Until); err != nil {
			return err
		}
	case now.Before(h.Until):
		return nil
	default:
		r.Held = nil
		if err := r.keep(tx); err != nil || !r.Config.ActionsEnabled {
			return err
		}
		return r.unlessMuted(tx, now, h.From)
	}
	return r.keep(tx)
}

func (h *held) reason() string { return "Actions suppressed by " + h.By }
