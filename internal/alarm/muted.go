package alarm

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/alarm/mute"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// muted are the actions of an alarm that wait for the end of a mute rule's window.
type muted struct {
	// From is the state before the first transition whose actions wait. A return to it leaves nothing to tell (inferred).
	From evaluate.State
	By   string // name of the rule
	mute.Window
}

// muteRow is one mute rule.
type muteRow struct {
	Account, Region, Name string
	Description           *string `json:",omitempty"`
	Expression, Duration  string
	Zone                  *string    `json:",omitempty"`
	Alarms                []string   `json:",omitempty"` // names, each once
	Start                 *time.Time `json:",omitempty"`
	Expire                *time.Time `json:",omitempty"`
	Updated               time.Time
	Tags                  map[string]string `json:",omitempty"`
}

var mutes = store.Table[muteRow]{
	Name: "alarm.mute",
	Key:  func(m *muteRow) store.Key { return store.K(m.Account, m.Region, m.Name) },
	Indexes: []store.Index[muteRow]{
		{Name: "alarm", Of: func(m *muteRow) (out []store.Key) {
			for _, name := range m.Alarms {
				out = append(out, store.K(m.Account, m.Region, name))
			}
			return out
		}},
	},
}

func (m *muteRow) arn() string {
	return arn.Regional("cloudwatch", m.Region, m.Account, "alarm-mute-rule:"+m.Name)
}

func (m *muteRow) schedule() (*mute.Schedule, error) {
	s, err := mute.Parse(m.Expression, m.Duration, text(m.Zone))
	if err != nil {
		return nil, fmt.Errorf("parse mute rule %s: %w", m.arn(), err)
	}
	return s, nil
}

// bounds are the first and the last moment for the begin of a window; zero if there is none.
func (m *muteRow) bounds() (from, until time.Time) {
	if m.Start != nil {
		from = *m.Start
	}
	if m.Expire != nil {
		until = *m.Expire
	}
	return from, until
}

func (m *muteRow) status(now time.Time) (string, error) {
	s, err := m.schedule()
	if err != nil {
		return "", err
	}
	from, until := m.bounds()
	return s.Status(now, from, until), nil
}

// mutedNow finds the window that mutes an alarm now and ends last; nil if there is none.
func mutedNow(tx store.Tx, now time.Time, account, region, name string) (*muted, error) {
	var found *muted
	for at, err := range mutes.ScanIndex(tx, "alarm", store.K(account, region, name), nil, false) {
		if err != nil {
			return nil, fmt.Errorf("read mute rules: %w", err)
		}
		s, err := at.Row.schedule()
		if err != nil {
			return nil, err
		}
		from, until := at.Row.bounds()
		if w, ok := s.Active(now, from, until); ok && (found == nil || w.End.After(found.End)) {
			found = &muted{By: at.Row.Name, Window: w}
		}
	}
	return found, nil
}

// unlessMuted runs the actions of a transition from old, or keeps them for the end of the window that mutes them.
func (r *row) unlessMuted(tx store.Tx, now time.Time, old evaluate.State) error {
	m, err := mutedNow(tx, now, r.Account, r.Region, r.Name)
	if err != nil {
		return err
	}
	if r.Muted != nil {
		old = r.Muted.From
	}
	switch {
	case m == nil && r.Muted == nil:
		return r.fire(tx, now, old, false)
	case r.State == old:
		r.Muted = nil
	case m == nil:
		r.Muted = nil // its window ended just now
		if err := r.keep(tx); err != nil {
			return err
		}
		return r.fire(tx, now, old, true)
	default:
		m.From, r.Muted = old, m
		if err := schedule(tx, r, m.End); err != nil {
			return err
		}
	}
	return r.keep(tx)
}

// settleMuted runs muted actions after the end of their window. A rule that was changed or deleted ends it too.
func (r *row) settleMuted(tx store.Tx, now time.Time) error {
	m, err := mutedNow(tx, now, r.Account, r.Region, r.Name)
	if err != nil {
		return err
	}
	from := r.Muted.From
	if m != nil {
		if m.By == r.Muted.By && m.End.Equal(r.Muted.End) {
			return nil
		}
		m.From, r.Muted = from, m
		if err := schedule(tx, r, m.End); err != nil {
			return err
		}
		return r.keep(tx)
	}
	r.Muted = nil
	if err := r.keep(tx); err != nil || !r.Config.ActionsEnabled {
		return err
	}
	return r.fire(tx, now, from, true)
}
