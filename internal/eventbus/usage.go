package eventbus

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// used is what a rule did. Failed invocations are those that failed for good; they are invocations too.
type used struct{ Triggered, Invocations, Failed int }

// count tells the metrics of a rule. [EventBridge: monitoring]
func (r *Runner) count(tx store.Tx, account, region, rule string, u used) error {
	if r.Emit == nil {
		return nil
	}
	for name, n := range map[string]int{"TriggeredRules": u.Triggered, "Invocations": u.Invocations, "FailedInvocations": u.Failed} {
		if n == 0 {
			continue
		}
		var s series.Summary
		if err := s.Add(1, float64(n)); err != nil {
			return fmt.Errorf("metric %s: %w", name, err)
		}
		if err := r.Emit(tx, account, region, "AWS/Events", name, map[string]string{"RuleName": rule}, "Count", r.now(), s); err != nil {
			return fmt.Errorf("count events: %w", err)
		}
	}
	return nil
}
