package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// FollowJob is the kind of the jobs that hold what calls owe: the outside calls that come after the commit, and the record.
const FollowJob = "gateway.follow"

// followSlack is how long after the time for all outside calls of a request nobody can be at work on it any more.
const followSlack = 30 * time.Second

// debt is what a call owes once its change is durable. It is a job, committed with the change: who takes the job away writes the record
// in the same transaction, be it the request itself or, if its process died, a runner.
type debt struct {
	Drafts []audit.Draft
	Follow []op.Follow
	// Code and Message are what a failure is shown as that is not the caller's to know.
	Code, Message string

	id string // of the job
}

// owe commits the debt instead of the record.
func (x *exchange) owe(events []audit.Event) error {
	hidden := internalError(x.match.Service)
	d := &debt{Follow: x.call.Following(), Code: hidden.Code, Message: hidden.Message, id: uuid.NewString()}
	for i := range events {
		d.Drafts = append(d.Drafts, x.g.Encoder.Draft(&events[i]))
	}
	now := x.g.Clock.Now()
	j := job.Job{
		ID: d.id, Kind: FollowJob, Account: x.call.Account, Region: x.call.Region, Lane: d.Follow[0].Lane,
		Due: now.Add(x.g.Limits.OutsideTime + followSlack).UnixMilli(),
	}
	x.debt = d
	return job.Add(x.call.Tx, j, now, d)
}

// follow pays what the call owes. The first outside call that fails is the answer, and the record says so.
func (x *exchange) follow() {
	if x.debt == nil {
		return
	}
	var failure error
	x.outside(func(ctx context.Context) { failure = x.g.follow(ctx, x.debt) })
	paid := false
	err := x.g.State.Update(x.ctx, func(tx store.Tx) (err error) {
		paid, err = x.debt.settle(tx, failure)
		return err
	})
	switch {
	case err != nil:
		x.err = x.internal(fmt.Errorf("record what followed a call: %w", err))
	case !paid:
		x.err = x.internal(errors.New("what follows a call was taken for left behind while it ran"))
	default:
		x.err = failure
	}
}

// follow makes the outside calls of a debt up to the first that fails.
func (g *Gateway) follow(ctx context.Context, d *debt) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in what follows a call: %v\n%s", p, debug.Stack())
		}
	}()
	for _, f := range d.Follow {
		do := g.Followers[f.Kind]
		if do == nil {
			return fmt.Errorf("nobody makes calls of kind %q", f.Kind)
		}
		if err := do(ctx, f.Payload); err != nil {
			return err
		}
	}
	return nil
}

// settle takes the debt away and writes the record with its outcome, or tells that somebody else did.
func (d *debt) settle(tx store.Tx, failure error) (bool, error) {
	there, err := job.Drop(tx, d.id)
	if err != nil || !there {
		return false, err
	}
	d.record(tx, failure)
	return true, nil
}

func (d *debt) record(tx store.Tx, failure error) {
	code, message, status := "", "", 0
	if failure != nil {
		code, message, status = d.Code, d.Message, http.StatusInternalServerError
		var e *schema.Error
		if errors.As(failure, &e) {
			code, message, status = e.Code, cmp.Or(e.Recorded, e.Message), e.Status
		}
	}
	for i := range d.Drafts {
		r := &d.Drafts[i]
		tx.Append(store.Record{Kind: store.AuditRecord, Account: r.Account, Region: r.Region, ID: r.ID, Data: r.Finish(code, message, status)})
	}
}

func debtOf(j job.Job) (*debt, error) {
	d := &debt{id: j.ID}
	if err := json.Unmarshal(j.Payload, d); err != nil {
		return nil, fmt.Errorf("decode what a call owes: %w", err)
	}
	return d, nil
}

// FollowUp runs jobs of FollowJob: it pays what a request owes whose process died. Nobody waits for the answer; the record has it.
func (g *Gateway) FollowUp(ctx context.Context, j job.Job) error {
	d, err := debtOf(j)
	if err != nil {
		return err
	}
	failure := g.follow(ctx, d)
	if err := ctx.Err(); failure != nil && err != nil {
		return err // the server stops: another attempt, later
	}
	if failure != nil && !errors.As(failure, new(*schema.Error)) {
		g.Log.Error("what follows a call failed", "job", j.ID, "error", failure) // its record tells nothing of the reason
	}
	return g.State.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		_, err := d.settle(tx, failure)
		return err
	})
}

// FollowGivenUp writes the record of a debt that no attempt could pay, with the service's internal error.
func (g *Gateway) FollowGivenUp(tx store.Tx, _ time.Time, j job.Job) error {
	d, err := debtOf(j)
	if err != nil {
		return nil // it holds no record that could be written
	}
	d.record(tx, errors.New("given up"))
	return nil
}
