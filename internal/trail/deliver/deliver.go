package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// Object is one file for a bucket.
type Object struct {
	Bucket, Key string
	Account     string // whose trail
	TrailARN    string
	Body        []byte
	// Metadata becomes x-amz-meta-*; keys without the prefix.
	Metadata map[string]string
}

// Bucket writes files as CloudTrail: the bucket's policy decides. Its errors
// may have a method Code() string with S3's error code.
type Bucket interface {
	PutLog(ctx context.Context, o Object) error
}

// Topics publishes a trail's notification in a transaction. A topic that is gone or
// no longer lets CloudTrail publish for the trail is told by SNS's error code.
type Topics interface {
	Publish(tx store.Tx, now time.Time, account, trailARN, topicARN, message string) (refused string, err error)
}

// Clock tells business time.
type Clock interface{ Now() time.Time }

// Signer gives the key that signs digests.
type Signer interface {
	Current(tx store.Tx, account, region string, now time.Time) (*digest.Key, error)
}

// Delivery routes records and delivers files. Make it with New.
type Delivery struct {
	Options
	routes  routes
	zip     *zstd.Encoder
	unzip   *zstd.Decoder
	waiting atomic.Int64 // bytes settled since the last delivery, roughly
	// failed holds back trails whose delivery failed, so that a lost bucket is
	// tried once an interval. Owned by Run.
	failed map[string]time.Time
}

// Options are what a Delivery works with.
type Options struct {
	State          store.State
	Bucket         Bucket
	Topics         Topics
	Signer         Signer
	GroupExists    func(tx store.Tx, account, region, group string) (bool, error)
	Clock          Clock
	Log            *slog.Logger
	Interval       time.Duration // between files
	DigestInterval time.Duration
	// Tick is how often the schedule is looked at; 1 s if zero.
	Tick time.Duration
}

// New makes a Delivery.
func New(o Options) *Delivery {
	if o.Tick == 0 {
		o.Tick = time.Second
	}
	return &Delivery{Options: o, zip: newEncoder(), unzip: newDecoder(), failed: make(map[string]time.Time)}
}

// maxFile is the size of a log file before compression. [CloudTrail: log files]
const maxFile = 50 << 20

// Run delivers on schedule until ctx ends. Failures are kept in the trail's
// status and tried again; nothing pending is dropped.
func (d *Delivery) Run(ctx context.Context) error {
	tick := time.NewTicker(d.Tick)
	defer tick.Stop()
	next := d.Clock.Now().Truncate(d.Interval).Add(d.Interval)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := d.Clock.Now()
		due := !now.Before(next) || d.waiting.Load() >= maxFile
		if due {
			next = now.Truncate(d.Interval).Add(d.Interval)
			d.waiting.Store(0)
		}
		if err := d.pass(ctx, now, due); err != nil && ctx.Err() == nil {
			d.Log.Error("trail delivery failed; it will be tried again", "error", err)
		}
	}
}

// pass goes once over all trails. files says that log files are due.
func (d *Delivery) pass(ctx context.Context, now time.Time, files bool) error {
	var rows []*trail.Row
	err := d.State.View(ctx, func(tx store.Tx) error {
		rows = nil
		for r, err := range trail.Trails.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list trails: %w", err)
	}
	var failed error
	for _, r := range rows {
		if now.Before(d.failed[r.ID]) {
			continue
		}
		delete(d.failed, r.ID)
		var err error
		switch {
		case r.Ending && r.Drained:
			err = d.finish(ctx, r, now)
		case r.Logging || r.Ending:
			err = d.serve(ctx, r, now, files)
		}
		if err != nil {
			d.failed[r.ID] = now.Add(d.Interval)
			failed = errors.Join(failed, fmt.Errorf("trail %s: %w", r.Name, err))
		}
	}
	return failed
}

// serve delivers what is due for one trail.
func (d *Delivery) serve(ctx context.Context, r *trail.Row, now time.Time, files bool) error {
	var failed error
	if files {
		failed = d.files(ctx, r, now)
	}
	return errors.Join(failed, d.digests(ctx, r, now, false))
}

// finish delivers the last files and the final digests of a trail that was
// stopped or deleted.
func (d *Delivery) finish(ctx context.Context, r *trail.Row, now time.Time) error {
	if err := d.files(ctx, r, now); err != nil {
		return err
	}
	if err := d.digests(ctx, r, now, true); err != nil {
		return err
	}
	err := d.State.Update(ctx, func(tx store.Tx) error {
		for c, err := range chains.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			if c.Start.Before(r.Stopped.Truncate(time.Second)) {
				return nil // its final digest needs another second in its name
			}
		}
		for _, err := range delivereds.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			return nil // a file came after the last digest's second
		}
		fresh, err := trail.Trails.Get(tx, trail.Trails.Key(r))
		if err != nil {
			return err
		}
		for c, err := range chains.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			if err := chains.Delete(tx, chains.Key(c)); err != nil {
				return err
			}
		}
		if fresh.Deleted {
			return trail.Remove(tx, fresh)
		}
		fresh.Ending, fresh.Drained, fresh.EndRequest = false, false, ""
		return trail.Put(tx, fresh)
	})
	if err != nil {
		return fmt.Errorf("finish trail: %w", err)
	}
	return nil
}

// status changes the delivery status of a trail and Region.
func (d *Delivery) status(tx store.Tx, id, region string, change func(*trail.Status)) error {
	st, err := trail.Statuses.Get(tx, store.K(id, region))
	if errors.Is(err, store.ErrNotFound) {
		st = &trail.Status{Trail: id, Region: region}
	} else if err != nil {
		return fmt.Errorf("read trail status: %w", err)
	}
	change(st)
	return trail.Statuses.Put(tx, st)
}

// code is the S3 error code of a failed put.
func code(err error) string {
	var c interface{ Code() string }
	if errors.As(err, &c) {
		return c.Code()
	}
	return "InternalError"
}
