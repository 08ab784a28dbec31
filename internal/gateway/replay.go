package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// replay runs a call's transaction until it comes to an end. A run that waits for an outside call is undone wholly, record and
// all; the call is made with no transaction open, and the next run finds its answer in the journal. So an outside call happens
// once, and what commits is one run as if everything had been known from the start.
//
// Once an outside call has begun the client cannot stop the request by going away: he could otherwise learn from its delay that a
// password was right, and leave no record.
func (x *exchange) replay(run func(tx store.Tx) error) error {
	for {
		err := x.g.State.Update(x.ctx, run)
		var s *op.Suspension
		if !errors.As(err, &s) {
			return err
		}
		x.trace("outside")
		x.outside(func(ctx context.Context) { x.journal.Resume(ctx, s) })
	}
}

// outside makes one outside call within the time that all of a request have together.
func (x *exchange) outside(do func(context.Context)) {
	if x.until.IsZero() {
		x.until = time.Now().Add(x.g.Limits.OutsideTime)
		x.ctx = context.WithoutCancel(x.ctx)
	}
	ctx, cancel := context.WithDeadline(x.ctx, x.until)
	defer cancel()
	do(ctx)
}
