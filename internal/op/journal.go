package op

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
)

// MaxOutside is how many outside calls one request makes at most.
const MaxOutside = 16

// ErrOutside tells that a request wanted more than MaxOutside outside calls.
var ErrOutside = errors.New("too many outside calls in one request")

// Journal is what one request has learnt outside its transaction. The transaction may run many times, an outside call happens
// once: its answer is kept here, and here the next run finds it. One request has one journal, used by one goroutine.
type Journal struct {
	answers map[string]answer
	drawn   map[string]any
}

type answer struct {
	value any
	err   error
}

// Suspension ends a run that cannot go on before an outside call is answered. It travels up as an error; whoever runs the
// transaction undoes it wholly, lets the journal Resume and runs it again.
type Suspension struct {
	key string
	do  func(context.Context) (any, error)
}

// Error implements error.
func (s *Suspension) Error() string { return "suspended until " + s.key + " has answered" }

// Resume makes the call that a suspension waits for and keeps what came of it, an error and a panic too.
func (j *Journal) Resume(ctx context.Context, s *Suspension) {
	var a answer
	func() {
		defer func() {
			if p := recover(); p != nil {
				a = answer{err: fmt.Errorf("panic in outside call %s: %v\n%s", s.key, p, debug.Stack())}
			}
		}()
		a.value, a.err = s.do(ctx)
	}()
	if j.answers == nil {
		j.answers = map[string]answer{}
	}
	j.answers[s.key] = a
}

// Suspended is what the run waits for, nil if it came to an end. It holds whatever the operation returned: an operation
// that took the suspension for some other failure has not come to an end either.
func (c *Call) Suspended() *Suspension { return c.suspended }

// Outside is the answer of a call that must not be made inside a transaction: a function of the pool's owner. The first run
// ends with a *Suspension, which the operation returns as any error; the call is then made once, without a transaction, and
// the next run is answered. key says what is asked and about whom; the same key asked again in the same run is another call.
// It does not depend on what the call itself may change. do has no part in the transaction: it must not use c.Tx.
//
// Everything the operation read may have changed since, so it checks all again, as in any other run.
func Outside[T any](c *Call, key string, do func(context.Context) (T, error)) (T, error) {
	var none T
	if c.suspended != nil {
		return none, c.suspended
	}
	j := c.journal()
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	c.asked[key]++
	nth := key + "#" + strconv.Itoa(c.asked[key])
	if a, ok := j.answers[nth]; ok {
		if a.err != nil {
			return none, a.err
		}
		return a.value.(T), nil
	}
	if len(j.answers) >= MaxOutside {
		return none, fmt.Errorf("%w: %s", ErrOutside, key)
	}
	c.suspended = &Suspension{key: nth, do: func(ctx context.Context) (any, error) { return do(ctx) }}
	return none, c.suspended
}

// Once draws what must be the same in every run of a request, since an outside call has seen it: a new user's id.
func Once[T any](c *Call, key string, draw func() T) T {
	j := c.journal()
	if v, ok := j.drawn[key]; ok {
		return v.(T)
	}
	v := draw()
	if j.drawn == nil {
		j.drawn = map[string]any{}
	}
	j.drawn[key] = v
	return v
}

// Follow is an outside call that comes once the operation's change is durable: of a user pool's function that wants to find the change.
type Follow struct {
	Kind string // finds the Follower
	Lane string // whose work it is, such as a pool (job.Job)
	// Payload is all the Follower is told. It is stored, so nothing private stands in it in clear.
	Payload json.RawMessage
}

// Follower makes the calls of a kind. Its error is the answer of the call they follow, and in its record; it changes nothing else.
type Follower func(ctx context.Context, payload json.RawMessage) error

// After schedules an outside call for when the operation has succeeded and its change is durable. It is made at least once: again if
// the process dies before its outcome is durable. (docs/design/replay.md)
func (c *Call) After(f Follow) { c.after = append(c.after, f) }

// Following returns what After collected.
func (c *Call) Following() []Follow { return c.after }

func (c *Call) journal() *Journal {
	if c.Journal == nil {
		c.Journal = &Journal{}
	}
	return c.Journal
}
