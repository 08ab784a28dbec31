package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that empty lanes; Service.Run handles them.
const JobKind = "subscription delivery"

// work is the payload of a job.
type work struct{ Group, Filter string }

// ErrRefused says that a destination will never take a parcel.
var ErrRefused = errors.New("destination refused the message")

// Delivery is one parcel on its way.
type Delivery struct {
	// Destination is the ARN of the target; Stream names what the partition of a
	// stream follows.
	Destination, Stream string
	ID                  string
	// Data is gzip of the message's JSON.
	Data []byte
	Now  time.Time
}

const (
	// parcelsAtOnce are read and settled together.
	parcelsAtOnce = 16
	// turn is how long one run goes on; the rest is another's.
	turn = 15 * time.Second
	// freshAt is the attempt after which a new job begins, before the runner would
	// give this one up.
	freshAt = 12
	// patience is how long a destination may be unreachable. [CloudWatch Logs: subscriptions]
	patience = 24 * time.Hour
)

// Run sends what waits in a lane, oldest first. Its error says that another attempt
// is due; it names no address, which may hold secrets.
func (s *Service) Run(ctx context.Context, j job.Job) error {
	var w work
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("decode delivery: %w", err)
	}
	begun := time.Now()
	for {
		batch, err := s.read(ctx, j, w)
		if err != nil {
			return err
		}
		done, failure := s.send(ctx, batch)
		over, err := s.finish(ctx, j, w, batch, done, failure != nil || time.Since(begun) > turn)
		if err != nil || over {
			return err
		}
		if failure != nil {
			return failure
		}
	}
}

// batch is a part of a lane.
type batch struct {
	filter  *logs.Subscription // nil if it is gone
	target  string
	parcels []*logs.Parcel
}

func (s *Service) read(ctx context.Context, j job.Job, w work) (*batch, error) {
	b := &batch{}
	err := s.State.View(ctx, func(tx store.Tx) error {
		*b = batch{}
		f, err := logs.Subscriptions.Get(tx, store.K(j.Account, j.Region, w.Group, w.Filter))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("subscription filter: %w", err)
		}
		b.filter = f
		if b.target, _, err = resolve(tx, f.Destination); err != nil {
			return err
		}
		for p, err := range logs.Parcels.Scan(tx, store.K(f.Account, f.Region, f.Group, f.Name), nil) {
			if err != nil {
				return fmt.Errorf("messages of subscription filter: %w", err)
			}
			b.parcels = append(b.parcels, p)
			if len(b.parcels) == parcelsAtOnce {
				break
			}
		}
		return nil
	})
	return b, err
}

// outcome is what became of a parcel.
type outcome struct {
	parcel *logs.Parcel
	sent   bool // else it was dropped
}

// send brings parcels out until one fails.
func (s *Service) send(ctx context.Context, b *batch) (done []outcome, failure error) {
	for _, p := range b.parcels {
		if s.Now().Sub(time.UnixMilli(p.Made)) > patience {
			s.Log.Warn("a destination did not take log events within a day; they are dropped", "logGroup", p.Group, "filter", p.Filter, "events", p.Events)
			done = append(done, outcome{p, false})
			continue
		}
		err := errors.New("the destination is gone")
		if b.target != "" {
			err = s.Sender.Send(ctx, Delivery{Destination: b.target, Stream: p.Stream, ID: p.ID, Data: p.Data, Now: s.Now()})
		}
		switch {
		case err == nil:
			done = append(done, outcome{p, true})
		case errors.Is(err, ErrRefused):
			s.Log.Warn("a destination refused log events; they are dropped", "logGroup", p.Group, "filter", p.Filter, "events", p.Events, "error", err)
			done = append(done, outcome{p, false})
		default:
			return done, fmt.Errorf("deliver to %s: %w", b.filter.Destination, err)
		}
	}
	return done, nil
}

// finish takes parcels out of the lane and counts them. over says that this job has
// nothing more to do: the lane is empty, or ending and a new job goes on.
func (s *Service) finish(ctx context.Context, j job.Job, w work, b *batch, done []outcome, ending bool) (over bool, err error) {
	err = s.State.Update(ctx, func(tx store.Tx) error {
		over = false
		l, err := logs.Lanes.Get(tx, store.K(j.Account, j.Region, w.Group, w.Filter))
		if errors.Is(err, store.ErrNotFound) {
			over = true // the filter was deleted
			return nil
		}
		if err != nil {
			return fmt.Errorf("queue of subscription filter: %w", err)
		}
		for _, o := range done {
			err := logs.Parcels.Delete(tx, logs.Parcels.Key(o.parcel))
			if errors.Is(err, store.ErrNotFound) {
				continue // another run, whose lease had ended, was quicker
			}
			if err != nil {
				return fmt.Errorf("message of subscription filter: %w", err)
			}
			l.Parcels--
			l.Bytes -= int64(len(o.parcel.Data))
			if err := s.tell(tx, b.filter, o); err != nil {
				return err
			}
		}
		switch {
		case l.Parcels == 0:
			over, l.Active = true, false
		case ending && (len(done) > 0 || j.Attempt >= freshAt):
			// What was sent shows that the destination lives: waits begin small again.
			over = true
			if err := job.Enqueue(tx, s.Now(), j.Account, j.Region, JobKind, w); err != nil {
				return err
			}
		}
		return logs.Lanes.Put(tx, l)
	})
	return over, err
}

// tell counts what became of a parcel.
func (s *Service) tell(tx store.Tx, f *logs.Subscription, o outcome) error {
	now := s.Now().UnixMilli()
	if !o.sent {
		return s.count(tx, f, now, "DeliveryErrors", o.parcel.Events)
	}
	if err := s.count(tx, f, now, "ForwardedLogEvents", o.parcel.Events); err != nil {
		return err
	}
	return s.count(tx, f, now, "ForwardedBytes", int64(len(o.parcel.Data)))
}
