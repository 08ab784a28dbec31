package logdelivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ErrRefused says that a stream will never take a request.
var ErrRefused = errors.New("stream refused the request")

// Request is events on their way to a stream of Firehose.
type Request struct {
	Stream  string   // ARN
	ID      string   // the same when it is sent again
	Records [][]byte // JSON objects
	Now     time.Time
}

// Streams is Firehose as log delivery needs it.
type Streams interface {
	// Knows tells whether there is a way to a stream.
	Knows(stream string) bool
	// Send makes one attempt. ErrRefused, wrapped, says that another will not help.
	Send(ctx context.Context, r Request) error
}

// checkStream checks that a stream is of the pool's account and Region, and that there is a way to it.
func (s *Service) checkStream(p *userpool.Pool, c *cognitoidp.FirehoseConfigurationType) error {
	if s.Streams == nil {
		return userpool.Unsupported("FirehoseConfiguration")
	}
	text := ""
	if c.StreamArn != nil {
		text = *c.StreamArn
	}
	a, err := arn.Parse(text)
	if err != nil || a.Service != "firehose" || a.Account != p.Account || a.Region != p.Region || a.Type() != "deliverystream" {
		return badDestination(text)
	}
	if !s.Streams.Knows(text) {
		return unknownStream(text)
	}
	return nil
}

// send sends a request to its stream.
func (x *Exporter) send(ctx context.Context, j job.Job, w work, key store.Key, f *file) error {
	records, err := x.records(ctx, key, f)
	if err != nil || len(records) == 0 {
		return err
	}
	if x.Streams == nil {
		err = errors.New("there is no way to streams")
	} else {
		err = x.Streams.Send(ctx, Request{Stream: f.Stream, ID: f.Key, Records: records, Now: x.Now()})
	}
	if errors.Is(err, ErrRefused) {
		x.Log.Warn("a stream refused logs of a user pool; they are dropped", "userPool", string(w.Pool), "events", len(records), "error", err)
		err = nil
	}
	if err != nil {
		return x.failed(ctx, j, w, key, f, fmt.Errorf("send logs of user pool %s: %w", w.Pool, err))
	}
	return x.settle(ctx, j, w, key, f)
}

// records are the events of a request, none if it was settled meanwhile.
func (x *Exporter) records(ctx context.Context, key store.Key, f *file) (out [][]byte, err error) {
	err = x.State.View(ctx, func(tx store.Tx) error {
		out = nil
		l, err := Lanes.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) || err == nil && !l.writes(f) {
			return nil
		}
		if err != nil {
			return err
		}
		for e, err := range Waiting.Scan(tx, key, nil) {
			if err != nil {
				return err
			}
			if e.N > f.Until {
				break
			}
			out = append(out, e.Data)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read waiting logs: %w", err)
	}
	return out, nil
}
