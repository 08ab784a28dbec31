package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// settle is how long after a full interval it is evaluated, so that values on
// their way (metric filters) are there.
const settle = 2 * time.Second

// dueBatch is how many alarms one transaction evaluates.
const dueBatch = 25

// Values are the metrics as one transaction sees them.
type Values interface {
	// Points returns the periods between start and end that have data, oldest
	// first. Periods count from start. An empty unit means all units together.
	Points(account, region, namespace, name string, dimensions []series.Dimension, unit string, start, end time.Time, period time.Duration) ([]series.Bucket, error)
	// Math computes the queries of an alarm on metric math, likewise.
	Math(account, region string, queries []cloudwatch.MetricDataQuery, now, start, end time.Time) ([]expression.Point, error)
}

// Evaluator evaluates alarms when they are due. Fields are set before Run and not
// changed after. One Evaluator runs at a time per State.
type Evaluator struct {
	State store.State
	// Metrics are read in the transaction of the evaluation, or in a snapshot that only looks.
	Metrics func(tx store.Tx, snapshot bool) Values
	// Events takes what happens to alarms; nil if nobody wants to know.
	Events Events
	Log    *slog.Logger
	// Now tells business time; time.Now if nil.
	Now func() time.Time
	// Tick is how often due alarms are looked for; one second if zero.
	Tick time.Duration
	// Every, if positive, evaluates all alarms at least so often: a demo or a test
	// need not wait for the minute.
	Every time.Duration
}

// Run evaluates until ctx ends. A failure is logged and tried again.
func (e *Evaluator) Run(ctx context.Context) error {
	tick := time.NewTicker(orElse(e.Tick, time.Second))
	defer tick.Stop()
	sweep := time.NewTicker(time.Hour)
	defer sweep.Stop()
	for {
		if err := e.EvaluateDue(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("alarms not evaluated", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-sweep.C:
			if err := e.forget(ctx); err != nil && ctx.Err() == nil {
				e.Log.Error("old alarm history not deleted", "error", err)
			}
		}
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

func (e *Evaluator) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

func (e *Evaluator) forget(ctx context.Context) error {
	for more := true; more; {
		err := e.State.Update(ctx, func(tx store.Tx) (err error) {
			more, err = forget(tx, e.now())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EvaluateDue evaluates every alarm that is due now: first those that ask for one evaluation, then those of a round.
func (e *Evaluator) EvaluateDue(ctx context.Context) error {
	if err := e.evaluateAsked(ctx); err != nil {
		return err
	}
	return e.runRounds(ctx)
}

func (e *Evaluator) evaluateAsked(ctx context.Context) error {
	for {
		now := e.now()
		// A read first: an idle server must not write.
		due := false
		err := e.State.View(ctx, func(tx store.Tx) error {
			for d, err := range dues.Scan(tx, nil, nil) {
				due = err == nil && d.At <= now.UnixMilli()
				return err
			}
			return nil
		})
		if err != nil || !due {
			return err
		}
		var failed []failure
		err = e.State.Update(ctx, func(tx store.Tx) (err error) {
			failed, err = e.batch(tx, now)
			return err
		})
		if err != nil {
			return err
		}
		e.tell(failed)
	}
}

// failure is an alarm that could not be evaluated. It is told after the commit: a
// transaction that runs again fails on the way for no fault of the alarm's.
type failure struct {
	alarm string
	err   error
}

func (e *Evaluator) tell(failed []failure) {
	for _, f := range failed {
		e.Log.Error("alarm not evaluated", "alarm", f.alarm, "error", f.err)
	}
}

// passing tells errors that are no fault of an alarm's, so that its neighbours must not go on without it.
func passing(err error) bool {
	return errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrBusy) || errors.Is(err, context.Canceled)
}

func (e *Evaluator) batch(tx store.Tx, now time.Time) ([]failure, error) {
	var failed []failure
	var batch []*dueRow
	for d, err := range dues.Scan(tx, nil, nil) {
		if err != nil {
			return nil, fmt.Errorf("read due alarms: %w", err)
		}
		if d.At > now.UnixMilli() || len(batch) == dueBatch {
			break
		}
		batch = append(batch, d)
	}
	values := e.Metrics(tx, false)
	for _, d := range batch {
		if err := dues.Remove(tx, d); err != nil {
			return nil, fmt.Errorf("take due alarm: %w", err)
		}
		r, err := alarms.Get(tx, store.K(d.Account, d.Region, d.Name))
		if ignoreMissing(err) != nil {
			return nil, fmt.Errorf("read alarm: %w", err)
		}
		if r == nil || r.Generation != d.Generation {
			continue // deleted or replaced; the new one has its own row
		}
		evaluateOne := func() error { return e.evaluate(tx, values, now, r) }
		if r.Config.Composite != nil {
			evaluateOne = func() error { return evaluateComposite(tx, now, r, e.Events) }
		} else if err := r.enrol(tx); err != nil { // an older program asked for each evaluation
			return nil, err
		}
		// One alarm that cannot be evaluated must not hold up the others.
		if err := tx.Savepoint(evaluateOne); err != nil {
			if passing(err) {
				return nil, err
			}
			failed = append(failed, failure{r.arn(), err})
		}
	}
	return failed, nil
}

// next is the time of the evaluation after now: the end of an interval, plus settle.
// It depends on the calendar alone, so that a late run delays no other.
func next(now time.Time, interval time.Duration) time.Time {
	return series.Floor(now.Add(-settle), interval).Add(interval + settle)
}

func (e *Evaluator) evaluate(tx store.Tx, values Values, now time.Time, r *row) error {
	rule := r.rule()
	rule.Every = e.Every
	var points []evaluate.Point
	var err error
	if len(r.Config.Metrics) > 0 {
		points, err = mathPoints(values, now, r, &rule)
	} else {
		points, err = statPoints(values, now, r.enrolment(), &rule)
	}
	if err != nil {
		return err
	}
	res := evaluate.Evaluate(rule, r.State, now, points)
	if res.Changed { // else the reason stays that of the transition (inferred)
		if err := r.transit(tx, now, e.Events, res.State, res.Reason, res.ReasonData); err != nil {
			return err
		}
	}
	return r.settle(tx, now)
}

// mathPoints are the periods with a result that decide about an alarm on metric math.
func mathPoints(values Values, now time.Time, r *row, rule *evaluate.Alarm) ([]evaluate.Point, error) {
	start, end := rule.Window(now)
	ps, err := values.Math(r.Account, r.Region, r.Config.Metrics, now, start, end)
	if err != nil {
		return nil, fmt.Errorf("compute metrics of alarm: %w", err)
	}
	points := make([]evaluate.Point, len(ps))
	for i, p := range ps {
		points[i] = evaluate.Point{Start: time.Unix(p.At, 0).UTC(), Value: p.V}
	}
	return points, nil
}

// statPoints are the periods with data that decide about an alarm on one metric.
func statPoints(values Values, now time.Time, m *enrolledRow, rule *evaluate.Alarm) ([]evaluate.Point, error) {
	start, end := rule.Window(now)
	bs, err := values.Points(m.Account, m.Region, m.Namespace, m.Metric, m.Dimensions, rule.Unit, start, end, rule.Period)
	if err != nil {
		return nil, fmt.Errorf("read metric of alarm: %w", err)
	}
	st, err := series.ParseStatistic(rule.Statistic)
	if err != nil {
		return nil, fmt.Errorf("statistic %q: %w", rule.Statistic, err)
	}
	points := make([]evaluate.Point, 0, len(bs))
	for i := range bs {
		if v, ok := st.Of(&bs[i].Summary); ok {
			points = append(points, evaluate.Point{Start: bs[i].Start, Value: v, SampleCount: bs[i].Summary.Count})
		}
	}
	return points, nil
}
