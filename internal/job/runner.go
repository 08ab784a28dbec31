package job

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Handler does the work of one kind. Its context ends before the lease does. An error means another attempt, unless it is Final.
type Handler func(ctx context.Context, j Job) error

// Final marks an error that no further attempt would mend: the job is given up at once.
func Final(err error) error { return &final{err} }

type final struct{ error }

func (f *final) Unwrap() error { return f.error }

// IsFinal tells whether an error ends its job.
func IsFinal(err error) bool { return errors.As(err, new(*final)) }

// Follower is told of a job that was given up. It writes to the transaction that moves the job to the dead ones, so what it writes
// is there if and only if the job is. It may run more than once; an error of it leaves the job to be run and settled again.
type Follower func(tx store.Tx, now time.Time, j Job) error

// Runner runs due jobs. Fields are set before Run and not changed after.
type Runner struct {
	State    store.State
	Handlers map[string]Handler
	// GivenUp are those who want to know what became of jobs of their kind in the end.
	GivenUp map[string]Follower
	Log     *slog.Logger
	// Now tells the time that due times are compared with; time.Now if nil.
	Now func() time.Time
	// Poll is how often due jobs are looked for; 250 ms if zero.
	Poll time.Duration
	// Lease is how long one run may take; 30 s if zero.
	Lease time.Duration
	// MaxAttempts before a job is dead; 15 if zero (about 3 hours).
	MaxAttempts int
	// Parallel runs at the same time; 32 if zero.
	Parallel int
	// PerKind of them are of one kind at most, so that a far side that hangs delays its own kind only; 8 if zero. Places are those of
	// kinds that have others.
	PerKind int
	Places  map[string]int
	// PerLane of a kind's places are of one lane at most if the job names one; 4 if zero. Beyond that lanes with less at work go first.
	PerLane int
	// KeepDead is how many dead jobs stay to be looked at; 10,000 if zero. The oldest go.
	KeepDead int

	dead  atomic.Int64
	kinds sync.Map // kind → *atomic.Int64
	lanes lanes
	from  store.Key // where the next look for due jobs begins
}

// lanes counts what runs, by kind and queue.
type lanes struct {
	mu      sync.Mutex
	running map[string]int // by kind
	queues  map[string]int
	all     int
	freed   chan struct{} // something ended since
}

func (l *lanes) enter(j *Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running[j.Kind]++
	l.queues[j.queue()]++
	l.all++
}

func (l *lanes) leave(j *Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[j.Kind]--; l.running[j.Kind] == 0 {
		delete(l.running, j.Kind)
	}
	if l.queues[j.queue()]--; l.queues[j.queue()] == 0 {
		delete(l.queues, j.queue())
	}
	l.all--
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// room is how much more may run.
type room struct {
	r       *Runner
	all     int
	running map[string]int
	queues  map[string]int
}

func (l *lanes) room(r *Runner) room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return room{r, r.Parallel - l.all, maps.Clone(l.running), maps.Clone(l.queues)}
}

func (m *room) ofKind(kind string) int {
	places := m.r.PerKind
	if n, ok := m.r.Places[kind]; ok {
		places = n
	}
	return places - m.running[kind]
}

func (m *room) ofQueue(j *Job) int {
	free := m.ofKind(j.Kind)
	if j.Lane != "" {
		free = min(free, m.r.PerLane-m.queues[j.queue()])
	}
	return free
}

// Dead is how many jobs were given up since the runner began.
func (r *Runner) Dead() int64 { return r.dead.Load() }

// DeadOf is how many of a kind were given up since the runner began.
func (r *Runner) DeadOf(kind string) int64 {
	if n, ok := r.kinds.Load(kind); ok {
		return n.(*atomic.Int64).Load()
	}
	return 0
}

// Run works until ctx ends, then waits for running jobs.
func (r *Runner) Run(ctx context.Context) error {
	r.defaults()
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(r.Poll)
	defer tick.Stop()
	trim := time.NewTicker(time.Hour)
	defer trim.Stop()
	for {
		claimed, more, err := r.claim(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.Error("jobs not claimed", "error", err)
		}
		for _, j := range claimed {
			r.lanes.enter(&j)
			running.Go(func() {
				defer r.lanes.leave(&j)
				r.do(ctx, j)
			})
		}
		freed := r.lanes.freed
		if !more {
			freed = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-trim.C:
			if err := r.trim(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("dead jobs not trimmed; it will be tried again", "error", err)
			}
		case <-freed:
		case <-tick.C:
		}
	}
}

// trimStep is how many dead jobs one transaction drops.
const trimStep = 10_000

// trim drops the oldest dead jobs beyond KeepDead. It writes only if there are some.
func (r *Runner) trim(ctx context.Context) error {
	for {
		var drop []store.Key
		err := r.State.View(ctx, func(tx store.Tx) error {
			drop = nil
			n := 0
			for at, err := range dead.ScanIndex(tx, "age", nil, nil, true) {
				if err != nil {
					return fmt.Errorf("read dead jobs: %w", err)
				}
				if n++; n > r.KeepDead {
					drop = append(drop, dead.Key(at.Row))
				}
				if len(drop) == trimStep {
					break
				}
			}
			return nil
		})
		if err != nil || len(drop) == 0 {
			return err
		}
		err = r.State.Update(ctx, func(tx store.Tx) error {
			for _, k := range drop {
				if err := dead.Delete(tx, k); err != nil && !errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("drop dead job: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.Log.Warn("dead jobs dropped: more than are kept", "dropped", len(drop), "kept", r.KeepDead)
	}
}

func (r *Runner) defaults() {
	r.lanes.running, r.lanes.queues, r.lanes.freed = map[string]int{}, map[string]int{}, make(chan struct{}, 1)
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Poll == 0 {
		r.Poll = 250 * time.Millisecond
	}
	if r.Lease == 0 {
		r.Lease = 30 * time.Second
	}
	if r.MaxAttempts == 0 {
		r.MaxAttempts = 15
	}
	if r.Parallel == 0 {
		r.Parallel = 32
	}
	if r.PerKind == 0 {
		r.PerKind = 8
	}
	if r.PerLane == 0 {
		r.PerLane = 4
	}
	if r.KeepDead == 0 {
		r.KeepDead = 10_000
	}
}

// claim takes the due jobs there is room for and moves their due time on by the lease. more tells that some may wait for room.
func (r *Runner) claim(ctx context.Context) (out []Job, more bool, err error) {
	free, from := r.lanes.room(r), r.from
	now := r.Now().UnixMilli()
	// A read first: the idle runner must not write.
	err = r.State.View(ctx, func(tx store.Tx) (err error) {
		out, r.from, more, err = due(tx, now, &free, from)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, more, err
	}
	err = r.State.Update(ctx, func(tx store.Tx) (err error) {
		if out, _, more, err = due(tx, now, &free, from); err != nil {
			return err
		}
		for i := range out {
			out[i].Attempt++
			out[i].Due = now + r.Lease.Milliseconds()
			if err := jobs.Put(tx, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, nil
}

// maxQueues is how many queues one look visits; the next goes on behind them.
const maxQueues = 512

// ranked is a due job with how many of its queue are at work or go before it.
type ranked struct {
	Job
	rank int
}

// due are the jobs to run: up to as many as there is room for of each queue, of them those of each kind whose queues have least at work,
// and of all those that waited longest. It reads no more than that of a queue, however much of it waits, and visits the queues behind
// from; where it ends is where the next look begins. more tells that some may wait for room.
func due(tx store.Tx, now int64, free *room, from store.Key) (out []Job, next store.Key, more bool, err error) {
	kinds := map[string][]ranked{}
	var first store.Key
	after, around := from, from == nil
	for range maxQueues {
		head, err := behind(tx, after)
		if err == nil && head == nil && !around {
			around = true
			head, err = behind(tx, nil)
		}
		if err != nil {
			return nil, nil, false, err
		}
		if head == nil {
			after = nil
			break
		}
		queue := store.K(head.queue())
		if bytes.Equal(queue, first) {
			break
		}
		if first == nil {
			first = queue
		}
		after = store.K(head.queue(), int64(math.MaxInt64))
		list, left, err := dueOf(tx, now, queue, free.ofQueue(head))
		if err != nil {
			return nil, nil, false, err
		}
		more = more || left
		for i, j := range list {
			kinds[j.Kind] = append(kinds[j.Kind], ranked{j, free.queues[j.queue()] + i})
		}
	}
	for kind, list := range kinds {
		slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Due, b.Due)) })
		if n := max(free.ofKind(kind), 0); len(list) > n {
			list, more = list[:n], true
		}
		for _, j := range list {
			out = append(out, j.Job)
		}
	}
	slices.SortStableFunc(out, func(a, b Job) int { return cmp.Compare(a.Due, b.Due) })
	if len(out) > free.all {
		out, more = out[:max(free.all, 0)], true
	}
	return out, after, more, nil
}

// behind is the job at the head of the first queue behind a position of the index, nil if there is none.
func behind(tx store.Tx, after store.Key) (*Job, error) {
	for at, err := range jobs.ScanIndex(tx, byKind, nil, after, false) {
		return at.Row, err
	}
	return nil, nil
}

// dueOf are up to n due jobs of a queue, oldest first; left tells that there are more.
func dueOf(tx store.Tx, now int64, queue store.Key, n int) (out []Job, left bool, err error) {
	for at, err := range jobs.ScanIndex(tx, byKind, queue, nil, false) {
		switch {
		case err != nil:
			return nil, false, err
		case at.Row.Due > now:
			return out, false, nil
		case len(out) >= n:
			return out, true, nil
		}
		out = append(out, *at.Row)
	}
	return out, false, nil
}

func (r *Runner) do(ctx context.Context, j Job) {
	run, cancel := context.WithTimeout(ctx, r.Lease*9/10)
	defer cancel()
	var err error
	if j.over(r.Now()) {
		err = Final(fmt.Errorf("expired; before: %q", j.LastError))
	} else {
		err = r.handle(run, j)
	}
	if ctx.Err() != nil && err != nil {
		return // shutting down: the lease brings it back
	}
	settle := context.WithoutCancel(ctx)
	given := false
	if err := r.State.Update(settle, func(tx store.Tx) (fault error) {
		given, fault = r.settle(tx, j, err)
		return fault
	}); err != nil {
		r.Log.Error("job not settled; it will run again", "job", j.ID, "kind", j.Kind, "error", err)
		return
	}
	if given {
		r.dead.Add(1)
		n, _ := r.kinds.LoadOrStore(j.Kind, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
		r.Log.Error("job given up", "job", j.ID, "kind", j.Kind, "error", err)
	}
}

func (r *Runner) handle(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	h := r.Handlers[j.Kind]
	if h == nil {
		return fmt.Errorf("no handler for jobs of kind %q", j.Kind)
	}
	return h(ctx, j)
}

// settle writes down how a run ended, and tells whether the job was given up.
func (r *Runner) settle(tx store.Tx, j Job, failure error) (given bool, err error) {
	key := jobs.Key(&j)
	if failure == nil {
		if err := jobs.Delete(tx, key); !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
		return false, nil
	}
	// A lease that ran out has given the job to another worker, who may even have
	// finished it: this failure is no longer news.
	current, err := jobs.Get(tx, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && current.Attempt != j.Attempt {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	j.LastError = failure.Error()
	next := r.Now().Add(wait(j.Attempt))
	if j.Attempt >= r.MaxAttempts || IsFinal(failure) || j.over(next) {
		if err := dead.Put(tx, &j); err != nil {
			return false, err
		}
		if follow := r.GivenUp[j.Kind]; follow != nil {
			if err := follow(tx, r.Now(), j); err != nil {
				return false, fmt.Errorf("tell of a job given up: %w", err)
			}
		}
		return true, jobs.Delete(tx, key)
	}
	j.Due = next.UnixMilli()
	return false, jobs.Put(tx, &j)
}

// over tells whether a time is too late for the work.
func (j *Job) over(at time.Time) bool { return j.Expires > 0 && at.UnixMilli() >= j.Expires }

// wait doubles from one second to one hour.
func wait(attempt int) time.Duration {
	d := time.Second << min(attempt-1, 12)
	return min(d, time.Hour)
}
