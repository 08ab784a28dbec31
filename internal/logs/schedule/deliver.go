package schedule

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DeliveryJobKind is the kind of the jobs that bring results to buckets; Deliver handles them, DeliveryGivenUp follows them.
const DeliveryJobKind = "logs.schedule.delivery"

const (
	// maxObject is the largest file of a result.
	maxObject = 64 << 20
	// maxWait is the longest time until a query that runs is asked about again.
	maxWait = 30 * time.Second
)

// Field is a cell of a result.
type Field struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Statistics are those of a query.
type Statistics struct {
	RecordsMatched float64 `json:"recordsMatched"`
	RecordsScanned float64 `json:"recordsScanned"`
	BytesScanned   float64 `json:"bytesScanned"`
}

// Result is what a query has found.
type Result struct {
	Rows       [][]Field
	Statistics Statistics
}

// delivery is how a result comes to its destination.
type delivery struct {
	Destination Destination
	Status      string // an ActionStatus
	Object      string `json:",omitempty"` // URI of what was put
	Error       string `json:",omitempty"`
	Asked       int    `json:",omitempty"` // how often the query still ran
}

// States of a delivery. [CloudWatch Logs: ScheduledQueryDestination]
const (
	inProgress  = "IN_PROGRESS"
	clientError = "CLIENT_ERROR"
	failed      = "FAILED"
	complete    = "COMPLETE"
)

// deliveryWork is the payload of a job.
type deliveryWork struct {
	Account, Region, ID string
	At                  int64
	Asked               int
}

func (w deliveryWork) key() store.Key { return store.K(w.Account, w.Region, w.ID, w.At) }

// toDeliver leaves the job that brings a run's result to the destination, if there is one.
func (sv *Service) toDeliver(tx store.Tx, s *Schedule, t *trigger) error {
	if s.Destination == nil || t.Query == "" {
		return nil
	}
	t.Delivery = &delivery{Destination: *s.Destination, Status: inProgress}
	return job.Enqueue(tx, sv.Now().Add(time.Second), s.Account, s.Region, DeliveryJobKind, deliveryWork{s.Account, s.Region, s.ID, t.At, 0})
}

// Deliver brings the result of a run to its destination once the query has ended: it is the handler of DeliveryJobKind.
func (sv *Service) Deliver(ctx context.Context, j job.Job) error {
	var w deliveryWork
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("job of a scheduled query: %w", err)
	}
	var t *trigger
	var status, reason string
	var kept bool
	var result *Result
	err := sv.State.View(ctx, func(tx store.Tx) (err error) {
		t, result = nil, nil
		if t, err = triggers.Get(tx, w.key()); err != nil {
			t = nil
			if errors.Is(err, store.ErrNotFound) {
				return nil // deleted since
			}
			return fmt.Errorf("history of a scheduled query: %w", err)
		}
		status, reason, kept, err = sv.Queries.Outcome(tx, t.Account, t.Region, t.Query)
		if err != nil || !kept || status != "Complete" {
			return err
		}
		result, err = sv.Queries.Result(tx, t.Account, t.Region, t.Query)
		return err
	})
	if err != nil || t == nil || t.Delivery == nil || t.Delivery.Status != inProgress {
		return err
	}
	switch {
	case !kept:
		return sv.delivered(ctx, w, failed, "", "The result of the query is not kept any more.")
	case status == "Scheduled" || status == "Running":
		return sv.askAgain(ctx, w)
	case status != "Complete":
		return sv.delivered(ctx, w, failed, "", "There is no result: "+status+" "+reason) // (inferred)
	}
	s := &Schedule{Account: t.Account, Region: t.Region, ID: t.ID}
	o := s.object(&t.Delivery.Destination, time.UnixMilli(t.At), t.Query)
	if o.Data, err = encode(s, t, result); err != nil {
		return err
	}
	if len(o.Data) > maxObject {
		return sv.delivered(ctx, w, failed, "", "The result is larger than 64 MiB.")
	}
	err = sv.Buckets.Put(ctx, o)
	if refused, ok := errors.AsType[Refusal](err); ok {
		return sv.delivered(ctx, w, clientError, "", refused.Error())
	}
	if err != nil {
		return fmt.Errorf("put result of a scheduled query: %w", err)
	}
	return sv.delivered(ctx, w, complete, "s3://"+o.Bucket+"/"+o.Key, "")
}

// encode makes the file of a result: the answer of GetQueryResults, and whose result it is (inferred).
func encode(s *Schedule, t *trigger, r *Result) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Schedule   string     `json:"scheduledQueryArn"`
		Query      string     `json:"queryId"`
		At         int64      `json:"triggeredTimestamp"`
		Status     string     `json:"status"`
		Rows       [][]Field  `json:"results"`
		Statistics Statistics `json:"statistics"`
	}{s.ARN(), t.Query, t.At, "Complete", r.Rows, r.Statistics})
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return b.Bytes(), nil
}

// askAgain looks at a query that runs later, with growing waits. A job that runs twice goes on once.
func (sv *Service) askAgain(ctx context.Context, w deliveryWork) error {
	return sv.change(ctx, w, func(tx store.Tx, d *delivery) error {
		if d.Asked != w.Asked {
			return nil
		}
		d.Asked++
		wait := min(time.Second<<min(w.Asked, 10), maxWait)
		return job.Enqueue(tx, sv.Now().Add(wait), w.Account, w.Region, DeliveryJobKind, deliveryWork{w.Account, w.Region, w.ID, w.At, d.Asked})
	})
}

// delivered writes down how a delivery ended.
func (sv *Service) delivered(ctx context.Context, w deliveryWork, status, object, why string) error {
	return sv.change(ctx, w, func(_ store.Tx, d *delivery) error {
		d.Status, d.Object, d.Error = status, object, why
		return nil
	})
}

func (sv *Service) change(ctx context.Context, w deliveryWork, how func(tx store.Tx, d *delivery) error) error {
	return sv.State.Update(ctx, func(tx store.Tx) error { return change(tx, w, how) })
}

// change changes a delivery that is not over.
func change(tx store.Tx, w deliveryWork, how func(tx store.Tx, d *delivery) error) error {
	t, err := triggers.Get(tx, w.key())
	if errors.Is(err, store.ErrNotFound) {
		return nil // deleted since
	}
	if err != nil {
		return fmt.Errorf("history of a scheduled query: %w", err)
	}
	if t.Delivery == nil || t.Delivery.Status != inProgress {
		return nil
	}
	if err := how(tx, t.Delivery); err != nil {
		return err
	}
	if err := triggers.Put(tx, t); err != nil {
		return fmt.Errorf("history of a scheduled query: %w", err)
	}
	return nil
}

// DeliveryGivenUp writes down that a result could not be delivered.
func (sv *Service) DeliveryGivenUp(tx store.Tx, _ time.Time, j job.Job) error {
	var w deliveryWork
	if json.Unmarshal(j.Payload, &w) != nil {
		return nil // nobody can say whose it was
	}
	return change(tx, w, func(_ store.Tx, d *delivery) error {
		d.Status, d.Error = failed, "The result could not be put." // why may be about this server's own storage
		return nil
	})
}

func (d *delivery) shape() []api.ScheduledQueryDestination {
	if d == nil {
		return nil
	}
	return []api.ScheduledQueryDestination{{
		DestinationType: new("S3"), DestinationIdentifier: &d.Destination.URI, Status: &d.Status, ProcessedIdentifier: logs.Present(d.Object),
		ErrorMessage: logs.Present(d.Error),
	}}
}
