package gateway

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// step is one stage of the pipeline. An error ends the call there; what is
// known by then decides whether it is recorded.
type step struct {
	name string
	do   func(*exchange) error
}

// The pipeline. front runs once per request, back inside the transaction and
// again if that is retried; record, commit and answer follow back whatever it
// returned. The order is held by TestPipeline_order.
var (
	front = []step{
		{"accept", (*exchange).accept},
		{"route", (*exchange).route},
		{"throttle", (*exchange).throttled},
		{"read", (*exchange).read},
	}
	// routed is front for what need not be routed.
	routed = []step{
		{"accept", (*exchange).accept},
		{"throttle", (*exchange).throttled},
		{"read", (*exchange).read},
	}
	back = []step{
		{"authenticate", (*exchange).authenticate},
		{"decode", (*exchange).decode},
		{"own", (*exchange).own},
		{"validate", (*exchange).validate},
		{"authorise", (*exchange).authorise},
	}
)

// transact runs steps 3 to 8. On return x.out or x.err is what to answer, and
// the record, where one is due, is durable.
func (x *exchange) transact() {
	if x.op != nil && x.op.Stage != nil {
		if !x.stage() {
			return
		}
	}
	committed := false
	err := x.replay(func(tx store.Tx) error {
		x.begin(tx)
		x.err = x.run()
		if s := x.call.Suspended(); s != nil {
			return s
		}
		x.trace("record")
		return x.record()
	})
	x.trace("commit")
	if err == nil {
		committed = x.err == nil
		x.follow()
	} else {
		x.err = x.internal(fmt.Errorf("commit call: %w", err))
	}
	if x.staged != nil && !committed {
		x.discard(errors.Is(err, store.ErrUnknown))
	}
}

// stage checks the call and takes its streamed body to durable storage before
// the transaction begins. It reports whether to go on.
func (x *exchange) stage() bool {
	var refused error
	err := x.g.State.View(x.ctx, func(tx store.Tx) error {
		x.begin(tx)
		refused = x.check()
		return nil
	})
	if err != nil {
		x.err = x.internal(fmt.Errorf("check call: %w", err))
		return false
	}
	if refused != nil {
		return true // transact meets the same refusal and records it
	}
	x.stageErr = x.guard(step{"stage", func(x *exchange) (err error) {
		x.staged, err = x.op.Stage(x.call, x.input)
		return err
	}})
	return true
}

// discard takes back what a call staged. If the commit may yet have happened, only
// what is open is closed: rows may refer to the rest.
func (x *exchange) discard(unknown bool) {
	if !unknown {
		x.op.Discard(x.staged)
	} else if c, ok := x.staged.(io.Closer); ok {
		_ = c.Close() // only read
	}
}

// check runs the back steps in order.
func (x *exchange) check() error {
	for _, s := range back {
		if err := x.guard(s); err != nil {
			return err
		}
	}
	return nil
}

// run is steps 3 to 7.
func (x *exchange) run() error {
	if err := x.check(); err != nil {
		return err
	}
	if x.stageErr != nil {
		return x.stageErr
	}
	var refused error
	err := x.call.Tx.Savepoint(func() error {
		refused = x.call.Tx.Savepoint(func() error { return x.guard(step{"run", (*exchange).operate}) })
		if s := x.call.Suspended(); s != nil {
			return s
		}
		for _, keep := range x.call.Kept() {
			if err := keep(x.call.Tx); err != nil {
				return fmt.Errorf("keep what outlives a refusal: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return err // the operation's own writes are undone too: it is answered as failed
	}
	return refused
}

// operate is step 7.
func (x *exchange) operate() error {
	if x.op == nil {
		return &schema.Error{Code: x.match.Service.UnsupportedCode, Message: x.match.Service.UnsupportedMessage, Status: 400}
	}
	x.call.Staged = x.staged
	out, err := x.op.Run(x.call, x.input)
	if err != nil {
		return err
	}
	x.out = nil
	if x.op.Output != nil && out != nil {
		tree, err := schema.Unbind(out, x.op.Output)
		if err != nil {
			return fmt.Errorf("output of %s: %w", x.op.Name, err)
		}
		x.out = tree
	}
	return nil
}

func (x *exchange) trace(step string) {
	if x.g.trace != nil {
		x.g.trace(step)
	}
}

// guard runs a step and turns a panic into an error, so that one broken call
// harms no other.
func (x *exchange) guard(s step) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in step %s: %v\n%s", s.name, p, debug.Stack())
		}
	}()
	x.trace(s.name)
	return s.do(x)
}
