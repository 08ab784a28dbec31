package duckdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

// Errors of Query besides those of the engine. After any of them the caller runs the query itself.
var (
	ErrNotBuilt = errors.New("accelerator is not built into this binary")
	ErrClosed   = errors.New("accelerator is closed")
	ErrBusy     = errors.New("accelerator is busy")
	ErrResting  = errors.New("accelerator rests after crashes")
	ErrTimeout  = errors.New("accelerated query exceeds its time limit")
	ErrCrashed  = errors.New("accelerator process ended")
	ErrEngine   = errors.New("accelerator refused the query")
)

// Options of a Pool. The zero value means the defaults given at each field.
type Options struct {
	// Executable and Args start the child, which calls Child: this binary without arguments.
	Executable string
	Args       []string
	// Processes is the number of children that may run at once: 1.
	Processes int
	// MemoryMB bounds the memory of a child's database: 512.
	MemoryMB int64
	// Threads of a child: half of the processors, at least 1.
	Threads int
	// ResultBytes bounds the answer to one query: 64 MiB.
	ResultBytes int64
	// Timeout bounds one query: 60 s. Wait bounds the wait for a free child: 5 s.
	Timeout, Wait time.Duration
	// Idle is the time after which a child without work is stopped: 5 minutes.
	Idle time.Duration
	// Backoff is the rest after a crash, doubled for each one that follows without a success between, up to a minute: 250 ms.
	Backoff time.Duration
	Log     *slog.Logger

	now   func() time.Time
	after func(time.Duration, func()) (stop func() bool)
}

func (o *Options) defaults() {
	if o.Processes <= 0 {
		o.Processes = 1
	}
	if o.MemoryMB <= 0 {
		o.MemoryMB = 512
	}
	if o.Threads <= 0 {
		o.Threads = max(1, runtime.NumCPU()/2)
	}
	if o.ResultBytes <= 0 {
		o.ResultBytes = 64 << 20
	}
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.Timeout, time.Minute)
	set(&o.Wait, 5*time.Second)
	set(&o.Idle, 5*time.Minute)
	set(&o.Backoff, 250*time.Millisecond)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.after == nil {
		o.after = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
}

const maxBackoff = time.Minute

// Pool runs queries in children. It starts them when needed and is ready for use at once. Its methods may be called
// concurrently.
type Pool struct {
	opt   Options
	slots chan struct{}

	mu      sync.Mutex
	closed  bool
	idle    []*resting
	running map[*process]struct{}
	crashes int       // without a success since
	until   time.Time // no start before

	stats counters
}

type resting struct {
	p    *process
	stop func() bool
}

type counters struct{ queries, started, stopped, crashed, timeouts, refused atomic.Int64 }

// Stats counts since the Pool was made.
type Stats struct {
	// Queries that were begun, and those refused by the engine (memory, result size, data it cannot read).
	Queries, Refused int64
	// Started children, those stopped for idleness, those that ended by themselves, and those ended for time.
	Started, Stopped, Crashed, Timeouts int64
	// Running children at this moment.
	Running int
}

// New makes a Pool; it starts nothing.
func New(opt Options) *Pool {
	opt.defaults()
	return &Pool{opt: opt, slots: make(chan struct{}, opt.Processes), running: make(map[*process]struct{})}
}

// Stats returns the counters.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	n := len(p.running)
	p.mu.Unlock()
	c := &p.stats
	return Stats{Queries: c.queries.Load(), Refused: c.refused.Load(), Started: c.started.Load(), Stopped: c.stopped.Load(),
		Crashed: c.crashed.Load(), Timeouts: c.timeouts.Load(), Running: n}
}

// Close ends all children, also those at work.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	for _, r := range p.idle {
		r.stop()
	}
	p.idle = nil
	all := make([]*process, 0, len(p.running))
	for c := range p.running {
		all = append(all, c)
	}
	p.mu.Unlock()
	for _, c := range all {
		c.kill()
		p.reap(c)
	}
	return nil
}

// Query implements [accel.Backend]. When ctx ends the child is killed, and Query returns ctx's error.
func (p *Pool) Query(ctx context.Context, req accel.Request, row func(int, []accel.Cell) error) error {
	if !Built && p.opt.Executable == "" {
		return ErrNotBuilt
	}
	q, err := p.frame(req)
	if err != nil {
		return err
	}
	if err := p.slot(ctx); err != nil {
		return err
	}
	defer func() { <-p.slots }()
	c, err := p.take()
	if err != nil {
		return err
	}
	p.stats.queries.Add(1)
	return p.ask(ctx, c, q, row)
}

func (p *Pool) frame(req accel.Request) (*header, error) {
	q := &header{Kind: kindQuery, Files: req.Files,
		Settings: &settings{MemoryMB: p.opt.MemoryMB, Threads: p.opt.Threads, ResultBytes: p.opt.ResultBytes}}
	for _, s := range req.Statements {
		args, err := packArgs(s.Args)
		if err != nil {
			return nil, err
		}
		q.Statements = append(q.Statements, statement{s.SQL, args})
	}
	return q, nil
}

// slot waits for the right to use a child.
func (p *Pool) slot(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	wait, cancel := context.WithTimeout(ctx, p.opt.Wait)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-wait.Done():
		if err := ctx.Err(); err != nil {
			return err
		}
		return ErrBusy
	}
}

// take returns an idle child or starts one.
func (p *Pool) take() (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	for len(p.idle) > 0 {
		r := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if r.stop() {
			return r.p, nil
		}
	}
	if p.opt.now().Before(p.until) {
		return nil, ErrResting
	}
	c, err := start(&p.opt)
	if err != nil {
		p.rest()
		return nil, fmt.Errorf("start accelerator: %w", err)
	}
	p.running[c] = struct{}{}
	p.stats.started.Add(1)
	return c, nil
}

// rest postpones the next start; the caller holds p.mu.
func (p *Pool) rest() {
	d := p.opt.Backoff << min(p.crashes, 16)
	p.crashes++
	p.until = p.opt.now().Add(min(d, maxBackoff))
}

// give puts a child back that has done its work.
func (p *Pool) give(c *process) {
	r := &resting{p: c}
	p.mu.Lock()
	p.crashes = 0
	if p.closed {
		p.mu.Unlock()
		c.kill()
		p.reap(c)
		return
	}
	r.stop = p.opt.after(p.opt.Idle, func() { p.retire(r) })
	p.idle = append(p.idle, r)
	p.mu.Unlock()
}

// retire ends a child that has been idle for long.
func (p *Pool) retire(r *resting) {
	p.mu.Lock()
	if i := slices.Index(p.idle, r); i >= 0 { // else take found its timer expired and left it to this call
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	r.p.finish()
	p.reap(r.p)
	p.stats.stopped.Add(1)
}

func (p *Pool) reap(c *process) {
	c.wait()
	p.mu.Lock()
	delete(p.running, c)
	p.mu.Unlock()
}

// ask runs one query in c and gives c back or ends it.
func (p *Pool) ask(ctx context.Context, c *process, q *header, row func(int, []accel.Cell) error) error {
	limited, cancel := context.WithTimeoutCause(ctx, p.opt.Timeout, ErrTimeout)
	defer cancel()
	stop := context.AfterFunc(limited, c.kill)
	err := c.ask(q, row)
	if !stop() && err == nil {
		// The answer was complete, but the child is being killed.
		p.reap(c)
		return nil
	}
	var failed engineError
	switch {
	case err == nil:
		p.give(c)
		return nil
	case errors.As(err, &failed) && limited.Err() == nil:
		p.stats.refused.Add(1)
		p.give(c)
		return fmt.Errorf("%w: %s", ErrEngine, failed)
	}
	c.kill()
	p.reap(c)
	if cause := context.Cause(limited); cause != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.stats.timeouts.Add(1)
		return cause
	}
	var own callerError
	if errors.As(err, &own) {
		return own.error
	}
	p.stats.crashed.Add(1)
	p.mu.Lock()
	p.rest()
	p.mu.Unlock()
	p.opt.Log.Warn("accelerator process ended", "error", err, "output", c.output())
	return fmt.Errorf("%w: %w", ErrCrashed, err)
}
