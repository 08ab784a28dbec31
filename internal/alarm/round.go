package alarm

import (
	"context"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	// roundStep is how many alarms of a round are looked at in one snapshot.
	roundStep = 500
	// moveStep is how many of them one transaction evaluates, if their state may have changed.
	moveStep = 100
)

// runRounds evaluates the alarms of every interval whose time has come. Most alarms stay in their state: that is found out by reading
// alone. Those that do not are evaluated again in a transaction of their own.
func (e *Evaluator) runRounds(ctx context.Context) error {
	for _, interval := range intervals {
		now := e.now()
		due, known := false, false
		err := e.State.View(ctx, func(tx store.Tx) error {
			r, err := rounds.Get(tx, store.K(int64(interval/time.Second)))
			if err == nil {
				due, known = r.At <= now.UnixMilli(), true
			}
			return ignoreMissing(err)
		})
		if err != nil {
			return fmt.Errorf("read round of alarms: %w", err)
		}
		some := false
		if due || !known {
			if some, err = e.round(ctx, now, interval, due); err != nil {
				return err
			}
		}
		if due || some {
			if err := e.closeRound(ctx, now, interval, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// round looks at the alarms of an interval, and tells whether there are any. The first ones are evaluated when they are made; so nothing
// but that is found out if the round is not due.
func (e *Evaluator) round(ctx context.Context, now time.Time, interval time.Duration, due bool) (some bool, err error) {
	for after := store.Key(nil); ; {
		var moved []*enrolledRow
		var failed []failure
		var last store.Key
		err := e.State.View(ctx, func(tx store.Tx) error {
			moved, failed, last = nil, nil, nil
			values := e.Metrics(tx, true)
			n := 0
			for m, err := range enrolled.Scan(tx, store.K(int64(interval/time.Second)), after) {
				if err != nil {
					return fmt.Errorf("read alarms of a round: %w", err)
				}
				if some = true; !due {
					break
				}
				if n++; n > roundStep {
					break
				}
				last = enrolled.Key(m)
				stays, err := e.stays(tx, values, now, m)
				switch {
				case err != nil && passing(err):
					return err
				case err != nil:
					failed = append(failed, failure{(&row{Account: m.Account, Region: m.Region, Name: m.Name}).arn(), err})
				case !stays:
					moved = append(moved, m)
				}
			}
			if n <= roundStep {
				last = nil
			}
			return nil
		})
		if err != nil {
			return some, err
		}
		e.tell(failed)
		if err := e.move(ctx, now, moved); err != nil {
			return some, err
		}
		if last == nil {
			return some, nil
		}
		after = last
	}
}

// stays tells whether the values leave an alarm as it is.
func (e *Evaluator) stays(tx store.Tx, values Values, now time.Time, m *enrolledRow) (bool, error) {
	if m.Waits {
		return false, nil
	}
	rule := m.Rule
	rule.Every = e.Every
	if m.Math {
		r, err := alarms.Get(tx, store.K(m.Account, m.Region, m.Name))
		if err != nil {
			return false, fmt.Errorf("read alarm: %w", err)
		}
		points, err := mathPoints(values, now, r, &rule)
		return err == nil && rule.Next(m.State, now, points) == m.State, err
	}
	points, err := statPoints(values, now, m, &rule)
	return err == nil && rule.Next(m.State, now, points) == m.State, err
}

// move evaluates alarms that may not stay as they are.
func (e *Evaluator) move(ctx context.Context, now time.Time, moved []*enrolledRow) error {
	for len(moved) > 0 {
		batch := moved[:min(len(moved), moveStep)]
		moved = moved[len(batch):]
		var failed []failure
		err := e.State.Update(ctx, func(tx store.Tx) error {
			failed = nil
			values := e.Metrics(tx, false)
			for _, m := range batch {
				r, err := alarms.Get(tx, store.K(m.Account, m.Region, m.Name))
				if ignoreMissing(err) != nil {
					return fmt.Errorf("read alarm: %w", err)
				}
				if r == nil {
					continue // deleted meanwhile
				}
				if err := tx.Savepoint(func() error { return e.evaluate(tx, values, now, r) }); err != nil {
					if passing(err) {
						return err
					}
					failed = append(failed, failure{r.arn(), err})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		e.tell(failed)
	}
	return nil
}

// closeRound says when the next round is. A server without alarms of an interval writes nothing for it.
func (e *Evaluator) closeRound(ctx context.Context, now time.Time, interval time.Duration, some bool) error {
	r := roundRow{Interval: int64(interval / time.Second), At: next(now, e.often(interval)).UnixMilli()}
	err := e.State.Update(ctx, func(tx store.Tx) error {
		if some {
			return rounds.Put(tx, &r)
		}
		return rounds.Remove(tx, &r)
	})
	if err != nil {
		return fmt.Errorf("keep round of alarms: %w", err)
	}
	return nil
}

// often is an interval, or Every if that is shorter.
func (e *Evaluator) often(interval time.Duration) time.Duration {
	if e.Every > 0 {
		return min(interval, e.Every)
	}
	return interval
}
