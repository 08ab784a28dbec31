package eventbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CallJobKind is the kind of the jobs that call targets outside; Runner.Call handles them, Runner.CallGivenUp follows them.
const CallJobKind = "event call"

// callPurpose is what the inputs of waiting calls are sealed for.
const callPurpose = "event call"

const (
	// maxWaiting is how many calls of one target wait; more are dropped and counted as failed.
	maxWaiting = 1000
	// callTime is how long a target has to answer.
	callTime = 20 * time.Second
	// freshAt is the attempt after which a new job begins, before the runner would give this one up.
	freshAt = 12
	// What a target without a retry policy has. [EventBridge: RetryPolicy]
	defaultRetries = 185
	defaultAge     = 24 * time.Hour
)

// Functions runs Lambda functions. An error for which job.IsFinal holds will not pass.
type Functions interface {
	Invoke(ctx context.Context, function string, payload []byte) error
}

// callRow is an input on its way to a target outside.
type callRow struct {
	Account, Region, Rule, Target, ID string
	Since                             int64 // ms since 1970 when the event was queued
	Tries                             int   // attempts of earlier jobs
	Input                             []byte
}

var calls = store.Table[callRow]{
	Name: "eventbus.call", Key: func(r *callRow) store.Key { return store.K(r.Account, r.Region, r.Rule, r.Target, r.ID) },
}

// waitingRow counts the calls of a target that wait. There is none for 0.
type waitingRow struct {
	Account, Region, Rule, Target string
	Calls                         int
}

var waiting = store.Table[waitingRow]{
	Name: "eventbus.waiting", Key: func(r *waitingRow) store.Key { return store.K(r.Account, r.Region, r.Rule, r.Target) },
}

// callWork is the payload of a job: whose call it is.
type callWork struct{ Rule, Target, ID string }

func (w callWork) key(j job.Job) store.Key {
	return store.K(j.Account, j.Region, w.Rule, w.Target, w.ID)
}

// errGone says that a target was removed while a call waited: nothing was invoked.
var errGone = errors.New("the target was removed")

// errFull says that too much waits for a target.
var errFull = errors.New("too many events wait for the target")

// later leaves an input for Call. It returns errFull if the target has no room.
func (r *Runner) later(tx store.Tx, now time.Time, rule *ruleRow, t *events.Target, since int64, input string) error {
	w, err := waiting.Get(tx, store.K(rule.Account, rule.Region, rule.Name, t.Id))
	if errors.Is(err, store.ErrNotFound) {
		w, err = &waitingRow{Account: rule.Account, Region: rule.Region, Rule: rule.Name, Target: t.Id}, nil
	}
	if err != nil {
		return fmt.Errorf("count waiting calls: %w", err)
	}
	if w.Calls >= maxWaiting {
		return errFull
	}
	w.Calls++
	c := &callRow{Account: rule.Account, Region: rule.Region, Rule: rule.Name, Target: t.Id, ID: uuid.NewString(), Since: since}
	c.Input = r.Vault.Seal(callPurpose, []byte(input), []byte(c.ID))
	if err := calls.Insert(tx, c); err != nil {
		return fmt.Errorf("keep call: %w", err)
	}
	if err := waiting.Put(tx, w); err != nil {
		return fmt.Errorf("count waiting calls: %w", err)
	}
	// A function that hangs must not delay others.
	j := job.Job{Kind: CallJobKind, Account: rule.Account, Region: rule.Region, Lane: t.Arn}
	return job.Add(tx, j, now, callWork{rule.Name, t.Id, c.ID})
}

// Call brings one input to its target. A failure that may pass is an error, and the job runs again, as often and as long as the target's
// retry policy says.
func (r *Runner) Call(ctx context.Context, j job.Job) error {
	var w callWork
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("decode call: %w", err)
	}
	c, rule, t, err := r.readCall(ctx, j, w)
	if err != nil || c == nil {
		return err
	}
	if t == nil {
		return r.over(ctx, j, w, errGone)
	}
	retries, age := policyOf(t)
	if now := r.now(); now.Sub(time.UnixMilli(c.Since)) > age {
		return r.over(ctx, j, w, errors.New("the event is too old"))
	}
	input, err := r.Vault.Open(callPurpose, c.Input, []byte(c.ID))
	if err != nil {
		return fmt.Errorf("open input: %w", err)
	}
	run, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err = r.call(run, t, input)
	switch {
	case err == nil:
		return r.over(ctx, j, w, nil)
	case job.IsFinal(err) || c.Tries+j.Attempt > retries:
		return r.over(ctx, j, w, err)
	case j.Attempt < freshAt:
		return fmt.Errorf("target %s of %s: %w", t.Id, rule.arn(), err)
	}
	return r.State.Update(ctx, func(tx store.Tx) error {
		c, err := calls.Get(tx, w.key(j))
		if err != nil {
			return ignoreMissing(err)
		}
		c.Tries += j.Attempt
		if err := calls.Put(tx, c); err != nil {
			return fmt.Errorf("keep call: %w", err)
		}
		return job.Add(tx, job.Job{Kind: CallJobKind, Account: j.Account, Region: j.Region, Lane: j.Lane}, r.now(), w)
	})
}

// call makes one attempt.
func (r *Runner) call(ctx context.Context, t *events.Target, input []byte) error {
	if r.Functions == nil {
		return job.Final(errors.New("this server is not told where Lambda functions run"))
	}
	return r.Functions.Invoke(ctx, t.Arn, input)
}

// policyOf is how often and how long a target's failures are tried again.
func policyOf(t *events.Target) (retries int, age time.Duration) {
	retries, age = defaultRetries, defaultAge
	if p := t.RetryPolicy; p != nil && p.MaximumRetryAttempts != nil {
		retries = int(*p.MaximumRetryAttempts)
	}
	if p := t.RetryPolicy; p != nil && p.MaximumEventAgeInSeconds != nil {
		age = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
	}
	return retries, age
}

// readCall returns a call with its rule and target as they are now; no call if it is over, no target if there is none any more.
func (r *Runner) readCall(ctx context.Context, j job.Job, w callWork) (c *callRow, rule *ruleRow, t *events.Target, err error) {
	err = r.State.View(ctx, func(tx store.Tx) error {
		c, rule, t = nil, nil, nil
		if c, err = calls.Get(tx, w.key(j)); err != nil {
			c = nil
			return ignoreMissing(err)
		}
		if rule, err = rules.Get(tx, store.K(j.Account, j.Region, w.Rule)); err != nil {
			rule = nil
			return ignoreMissing(err)
		}
		if i := slices.IndexFunc(rule.Targets, func(t events.Target) bool { return t.Id == w.Target }); i >= 0 {
			t = &rule.Targets[i]
		}
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read call: %w", err)
	}
	return c, rule, t, nil
}

// over ends a call, with a failure for good if there is one.
func (r *Runner) over(ctx context.Context, j job.Job, w callWork, failure error) error {
	ended := false
	err := r.State.Update(ctx, func(tx store.Tx) (err error) {
		ended, err = r.end(tx, j, w, failure)
		return err
	})
	if err == nil && ended && failure != nil && !errors.Is(failure, errGone) {
		r.Log.Warn("event not delivered to a target", "rule", (&ruleRow{Account: j.Account, Region: j.Region, Name: w.Rule}).arn(), "target", w.Target, "error", failure)
	}
	return err
}

// end removes a call and counts it; ended is false if another run was quicker.
func (r *Runner) end(tx store.Tx, j job.Job, w callWork, failure error) (ended bool, err error) {
	err = calls.Delete(tx, w.key(j))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("end call: %w", err)
	}
	n, err := waiting.Get(tx, store.K(j.Account, j.Region, w.Rule, w.Target))
	if err != nil {
		return false, fmt.Errorf("count waiting calls: %w", err)
	}
	if n.Calls--; n.Calls > 0 {
		err = waiting.Put(tx, n)
	} else {
		err = waiting.Remove(tx, n)
	}
	if err != nil {
		return false, fmt.Errorf("count waiting calls: %w", err)
	}
	u := used{Invocations: 1}
	switch {
	case errors.Is(failure, errGone):
		u = used{}
	case failure != nil:
		u.Failed = 1
	}
	return true, r.count(tx, j.Account, j.Region, w.Rule, u)
}

// CallGivenUp ends a call whose job was given up.
func (r *Runner) CallGivenUp(tx store.Tx, _ time.Time, j job.Job) error {
	var w callWork
	if json.Unmarshal(j.Payload, &w) != nil {
		return nil // nobody can say whose it was
	}
	_, err := r.end(tx, j, w, errors.New(j.LastError))
	return err
}
