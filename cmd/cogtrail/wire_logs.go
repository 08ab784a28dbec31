package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/export"
	"github.com/cogtrail/cogtrail/internal/logs/livetail"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/subscription"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/object"
	"github.com/cogtrail/cogtrail/internal/outbound"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// poster sends to the addresses of the operator's settings.
func (b *builder) poster() *subscription.Poster {
	return &subscription.Poster{
		Addresses: b.config.Logs.Destinations,
		// The operator names the addresses, so they may be of his own network.
		Client: outbound.New(outbound.Options{AllowPrivate: true}),
	}
}

// subscriptions are the subscription filters of log groups and their deliveries.
func (b *builder) subscriptions() (*subscription.Service, error) {
	functions, err := b.lambda()
	if err != nil {
		return nil, err
	}
	p := b.poster()
	if functions != nil {
		p.Invoke = func(ctx context.Context, function string, payload []byte) error {
			_, err := functions.Invoke(ctx, function, payload)
			if _, ran := errors.AsType[*trigger.FunctionError](err); ran {
				return nil // it has the events; what it makes of them is its own
			}
			return err
		}
	}
	s := &subscription.Service{
		State: b.engines.state, Tokens: b.vault, Forward: forwardLogs, Emit: metric.AddSummary, Now: b.clock.Now, Log: b.log, Sender: p,
	}
	b.ops = append(b.ops, apilogs.SubscriptionOps(b.models["logs"], s)...)
	b.jobs[subscription.JobKind] = s.Run
	return s, nil
}

// liveTail shows events as they become visible.
func (b *builder) liveTail(masks *mask.Masker) {
	b.tails = livetail.NewHub()
	b.ops = append(b.ops, apilogs.LivetailOps(b.models["logs"], &livetail.Service{Hub: b.tails, Masks: masks, State: b.engines.state})...)
}

// exports writes events of log groups to buckets.
func (b *builder) exports(masks *mask.Masker) {
	s := &export.Service{
		State: b.engines.state, Reader: logReader{b.engines.segments}, Masks: masks, Buckets: exportBuckets{b.objects.Writer()}, Tokens: b.vault, Now: b.clock.Now,
	}
	b.ops = append(b.ops, apilogs.ExportOps(b.models["logs"], s)...)
	b.jobs[export.JobKind] = s.Run
}

// exportBuckets is S3 as export tasks ask it.
type exportBuckets struct{ w *object.Writer }

const ownerFullControl = "bucket-owner-full-control"

func exportConditions(o export.Object) map[string]string {
	return map[string]string{"aws:SourceArn": o.GroupARN + ":*", "aws:SourceAccount": o.Account}
}

func exportService(o export.Object) string { return "logs." + o.Region + ".amazonaws.com" }

func (e exportBuckets) CheckACL(tx store.Tx, o export.Object) error {
	return exportFault(e.w.CheckACL(tx, exportService(o), o.Bucket, exportConditions(o)))
}

func (e exportBuckets) Check(tx store.Tx, o export.Object) error {
	conditions := exportConditions(o)
	conditions["s3:x-amz-acl"] = ownerFullControl
	return exportFault(e.w.Check(tx, exportService(o), o.Bucket, o.Key, conditions))
}

func (e exportBuckets) Put(ctx context.Context, o export.Object) error {
	return exportFault(e.w.Put(ctx, object.Write{
		Service: exportService(o), Bucket: o.Bucket, Key: o.Key, Data: o.Data, Conditions: exportConditions(o),
		Headers: map[string]string{"content-type": "application/octet-stream", "x-amz-acl": ownerFullControl},
	}))
}

func exportFault(err error) error {
	switch {
	case errors.Is(err, object.ErrNoBucket):
		return export.ErrNoBucket
	case errors.Is(err, object.ErrDenied):
		return export.ErrDenied
	}
	return err
}

// watchLogs hands rows of log groups to live tails, if there are any.
func watchLogs(tails *livetail.Hub) func([]segment.Row) {
	return func(rows []segment.Row) {
		if tails.Watched() {
			tails.Publish(logEvents(rows))
		}
	}
}

// forwardLogs makes the outbox record of events that one group hands to another.
func forwardLogs(tx store.Tx, to *logs.Group, stream string, now int64, events []logs.Event) error {
	batch := drain.LogBatch{Group: to.Name, Stream: stream, Ingested: now}
	for i := range events {
		batch.Events = append(batch.Events, drain.LogEvent{Time: events[i].Time, Message: events[i].Message})
	}
	tx.Append(store.Record{Kind: store.LogEvents, Account: to.Account, Region: to.Region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
	return nil
}

// logsFaults are what is wrong with the settings of log groups. A URL may hold a
// secret, so none is shown.
func (c *Config) logsFaults() (faults []error) {
	for name, to := range c.Logs.Destinations {
		if _, err := arn.Parse(name); err != nil {
			faults = append(faults, fmt.Errorf("logs.destinations: %q is no ARN", name))
		}
		if !absolute(to) {
			faults = append(faults, fmt.Errorf("logs.destinations: %s: want an http or https URL", name))
		}
	}
	return faults
}
