package metricfilter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	// graceMS is how long after a minute its last events may be delivered.
	graceMS = 15_000
	// sweepMax bounds the minutes one transaction closes.
	sweepMax  = 1000
	sweepWait = 10 * time.Second
)

// Run closes minutes when no events come any more. A failure is logged and tried
// again. It returns ctx's error.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepWait)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		err := s.State.Update(ctx, func(tx store.Tx) error { return s.sweep(tx, s.Clock.Now().UnixMilli()) })
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Error("default values of metric filters are not emitted; trying again", "error", err)
		}
		failing = err != nil
	}
}

// sweep closes the minutes that are over: one without a match emits the
// filter's default value.
func (s *Service) sweep(tx store.Tx, now int64) error {
	var over []*waiting
	for w, err := range defaults.Scan(tx, nil, nil) {
		if err != nil {
			return fmt.Errorf("minutes of metric filters: %w", err)
		}
		if w.Minute+minuteMS+graceMS > now || len(over) == sweepMax {
			break
		}
		over = append(over, w)
	}
	for _, w := range over {
		if err := defaults.Delete(tx, defaults.Key(w)); err != nil {
			return fmt.Errorf("minute of metric filter: %w", err)
		}
		if w.Matched {
			continue
		}
		f, err := logs.Filters.Get(tx, store.K(w.Account, w.Region, w.Group, w.Filter))
		if errors.Is(err, store.ErrNotFound) || err == nil && f.Default == nil {
			continue // deleted or changed meanwhile
		}
		if err != nil {
			return fmt.Errorf("metric filter %s: %w", w.Filter, err)
		}
		var sum series.Summary
		if err := sum.Add(*f.Default, 1); err != nil {
			continue // CloudWatch would refuse it
		}
		at := time.UnixMilli(w.Minute).UTC()
		if err := s.Emit(tx, f.Account, f.Region, f.Namespace, f.MetricName, system(f), f.Unit, at, sum); err != nil {
			return fmt.Errorf("default value of metric filter %s: %w", f.Name, err)
		}
	}
	return nil
}
