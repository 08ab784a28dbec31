package logdelivery

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Kinds of the jobs that write files, and that send to streams; Exporter.Run handles both.
const (
	JobKind       = "user pool log file"
	StreamJobKind = "user pool log stream"
)

// work is the payload of a job.
type work struct{ Pool userpool.PoolID }

const (
	// maxFile is how many bytes of text a file takes; one event always fits.
	maxFile = 8 << 20
	// freshAt is the attempt after which a new job begins, before the runner would give this one up.
	freshAt = 12
	// patience is how long events wait for a bucket that does not take them. (inferred)
	patience = 24 * time.Hour
)

// Exporter brings what waits to buckets and streams. Its fields are set once.
type Exporter struct {
	State   store.State
	Realm   *userpool.Realm
	Buckets Buckets
	Streams Streams
	// Interval is how long the first event of a file waits for others.
	Interval time.Duration
	Now      func() time.Time
	Log      *slog.Logger
}

// Run writes one file, or sends one request, of a pool. Its error says that another attempt is due.
func (x *Exporter) Run(ctx context.Context, j job.Job) error {
	var w work
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("decode log file: %w", err)
	}
	key := store.K(j.Account, j.Region, string(w.Pool))
	f, dropped, err := x.plan(ctx, key, w)
	if err != nil || f == nil {
		return err
	}
	if dropped > 0 {
		x.Log.Warn("logs of a user pool were dropped", "userPool", string(w.Pool), "events", dropped)
	}
	if f.target == nowhere {
		return x.settle(ctx, j, w, key, f)
	}
	if f.Stream != "" {
		return x.send(ctx, j, w, key, f)
	}
	data, err := x.build(ctx, key, f)
	if err != nil || len(data) == 0 {
		return err
	}
	if err := x.Buckets.Put(ctx, Object{Account: j.Account, Region: j.Region, Bucket: f.Bucket, Key: f.Key, Data: data}); err != nil {
		return x.failed(ctx, j, w, key, f, fmt.Errorf("put log file of user pool %s: %w", w.Pool, err))
	}
	return x.settle(ctx, j, w, key, f)
}

// plan returns the file to write, deciding on it if none is begun; nil when nothing waits. dropped are the events that go nowhere,
// told once.
func (x *Exporter) plan(ctx context.Context, key store.Key, w work) (f *file, dropped int, err error) {
	err = x.State.Update(ctx, func(tx store.Tx) error {
		f, dropped = nil, 0
		l, err := Lanes.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) || err == nil && l.Events == 0 {
			return nil // the pool is gone, or another run was quicker
		}
		if err != nil {
			return fmt.Errorf("read waiting logs: %w", err)
		}
		if l.File != nil {
			f = l.File
			return nil // though the pool may have another bucket by now: the file may be there already
		}
		f = &file{}
		if f.target, err = x.target(tx, w.Pool); err != nil {
			return err
		}
		switch {
		case f.Bucket != "":
			f.Key = fileKey(l, x.Now())
		case f.Stream != "":
			f.Key = uuid.NewString()
		}
		n, err := f.fill(tx, key, x.tooOld())
		if err != nil {
			return err
		}
		if dropped = l.Dropped; f.target == nowhere {
			dropped += n
		}
		l.File, l.Dropped = f, 0
		return putLane(tx, l)
	})
	return f, dropped, err
}

// target is where a pool's events go now.
func (x *Exporter) target(tx store.Tx, pool userpool.PoolID) (target, error) {
	p, err := x.Realm.AnyPool(tx, pool)
	if errors.Is(err, store.ErrNotFound) {
		return nowhere, nil
	}
	if err != nil {
		return nowhere, fmt.Errorf("read user pool: %w", err)
	}
	list, err := Of(tx, p)
	if err != nil {
		return nowhere, err
	}
	return targetOf(list), nil
}

// tooOld is the time, in ms since 1970, before which events are that waited long enough.
func (x *Exporter) tooOld() int64 { return x.Now().Add(-patience).UnixMilli() }

// stale tells that the event which waits longest waited long enough.
func (x *Exporter) stale(tx store.Tx, key store.Key) (bool, error) {
	for e, err := range Waiting.Scan(tx, key, nil) {
		if err != nil {
			return false, fmt.Errorf("read waiting logs: %w", err)
		}
		return e.Made < x.tooOld(), nil
	}
	return false, nil
}

// fill decides how far a file goes, and tells how many events that is. Those from before a time go nowhere, apart from the others.
func (f *file) fill(tx store.Tx, key store.Key, before int64) (n int, err error) {
	size, stale := 0, false
	for e, err := range Waiting.Scan(tx, key, nil) {
		if err != nil {
			return 0, fmt.Errorf("read waiting logs: %w", err)
		}
		old := e.Made < before
		if n == 0 && old {
			f.target, f.Key, stale = nowhere, "", true
		}
		if size += len(e.Data); n > 0 && (f.full(n, size) || stale && !old) {
			f.Full = true
			break
		}
		f.Until = e.N
		n++
	}
	return n, nil
}

// build makes a file of its events, one JSON object a line, and the same of the same. It is nil if the file was settled meanwhile:
// what is left would take the place of the whole.
func (x *Exporter) build(ctx context.Context, key store.Key, f *file) ([]byte, error) {
	var b bytes.Buffer
	err := x.State.View(ctx, func(tx store.Tx) error {
		b.Reset()
		l, err := Lanes.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) || err == nil && !l.writes(f) {
			return nil
		}
		if err != nil {
			return err
		}
		z := gzip.NewWriter(&b)
		for e, err := range Waiting.Scan(tx, key, nil) {
			if err != nil {
				return err
			}
			if e.N > f.Until {
				break
			}
			if _, err := z.Write(append(e.Data, '\n')); err != nil {
				return err
			}
		}
		return z.Close()
	})
	if err != nil {
		return nil, fmt.Errorf("make log file: %w", err)
	}
	return b.Bytes(), nil
}

// settle takes the events of a file away, and begins the next job if others wait.
func (x *Exporter) settle(ctx context.Context, j job.Job, w work, key store.Key, f *file) error {
	return x.change(ctx, key, f, func(tx store.Tx, l *lane) error {
		for e, err := range Waiting.Scan(tx, key, nil) {
			if err != nil {
				return fmt.Errorf("read waiting logs: %w", err)
			}
			if e.N > f.Until {
				break
			}
			if err := Waiting.Delete(tx, Waiting.Key(e)); err != nil {
				return fmt.Errorf("delete logs that were delivered: %w", err)
			}
			l.Events--
			l.Bytes -= len(e.Data)
		}
		l.File = nil
		if l.Active = l.Events > 0; !l.Active {
			return nil
		}
		at := x.Now()
		if !f.Full {
			at = at.Add(f.interval(x.Interval))
		}
		return job.Enqueue(tx, at, j.Account, j.Region, f.jobKind(), w)
	})
}

// failed decides what becomes of a file that its bucket, or a request that its stream, did not take.
func (x *Exporter) failed(ctx context.Context, j job.Job, w work, key store.Key, f *file, cause error) error {
	err := x.change(ctx, key, f, func(tx store.Tx, l *lane) error {
		now, err := x.target(tx, w.Pool)
		if err != nil {
			return err
		}
		stale, err := x.stale(tx, key)
		if err != nil {
			return err
		}
		if stale || now != f.target {
			l.File = nil // the next attempt drops what is too old, or goes where events go now
		}
		if j.Attempt < freshAt {
			return nil
		}
		cause = nil
		return job.Enqueue(tx, x.Now().Add(x.Interval), j.Account, j.Region, now.jobKind(), w)
	})
	return errors.Join(err, cause)
}

// change writes the lane of a file that nobody else has settled meanwhile.
func (x *Exporter) change(ctx context.Context, key store.Key, f *file, do func(store.Tx, *lane) error) error {
	return x.State.Update(ctx, func(tx store.Tx) error {
		l, err := Lanes.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) || err == nil && !l.writes(f) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read waiting logs: %w", err)
		}
		if err := do(tx, l); err != nil {
			return err
		}
		return putLane(tx, l)
	})
}
