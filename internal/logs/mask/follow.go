package mask

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// Follower takes delivered events, in the drainer's transaction. now is in milliseconds.
type Follower func(tx store.Tx, now int64, events []logs.Event) error

// Before returns a Follower that hands masked events to others, and counts those in
// which something was hidden in the metric LogEventsWithFindings of AWS/Logs.
// [CloudWatch Logs: monitoring with CloudWatch metrics]
func (m *Masker) Before(emit Emit, others ...Follower) Follower {
	return func(tx store.Tx, now int64, events []logs.Event) error {
		masked, findings, err := m.events(tx, events)
		if err != nil {
			return err
		}
		at := time.UnixMilli(now).UTC()
		for k, n := range findings {
			var sum series.Summary
			if err := sum.Add(n, 1); err != nil {
				return fmt.Errorf("count findings: %w", err)
			}
			if err := emit(tx, k.account, k.region, "AWS/Logs", "LogEventsWithFindings", map[string]string{"LogGroupName": k.group}, "Count", at, sum); err != nil {
				return fmt.Errorf("count findings of log group %s: %w", k.group, err)
			}
		}
		for _, next := range others {
			if err := next(tx, now, masked); err != nil {
				return err
			}
		}
		return nil
	}
}

type groupKey struct{ account, region, group string }

// events masks events, and counts those with findings by group. It returns the
// slice it was given if nothing is masked.
func (m *Masker) events(tx store.Tx, events []logs.Event) ([]logs.Event, map[groupKey]float64, error) {
	rules := make(map[groupKey]*Rules)
	findings := make(map[groupKey]float64)
	masked := events
	for i := range events {
		e := &events[i]
		k := groupKey{e.Account, e.Region, e.Group}
		r, known := rules[k]
		if !known {
			var err error
			if r, err = m.For(tx, e.Account, e.Region, e.Group); err != nil {
				return nil, nil, err
			}
			rules[k] = r
		}
		text, found := r.apply(e.Message)
		if !found {
			continue
		}
		if len(findings) == 0 {
			masked = append([]logs.Event(nil), events...)
		}
		findings[k]++
		masked[i].Message = text
	}
	return masked, findings, nil
}
