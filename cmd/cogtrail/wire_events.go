package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm"
	apievents "github.com/cogtrail/cogtrail/internal/api/events"
	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/eventbus"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/lambda"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/resourcepolicy"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/deliver"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

const eventBridge = "events.amazonaws.com"

// eventBus are EventBridge's rules. What it returns takes the events of alarms.
func (b *builder) eventBus() (alarm.Events, error) {
	client, err := b.lambda()
	if err != nil {
		return nil, err
	}
	var functions eventbus.Functions
	if client != nil {
		functions = serviceFunctions{client}
	}
	s := eventbus.New(eventbus.Deps{Vault: b.vault, Functions: functions})
	b.ops = append(b.ops, apievents.RuleOps(b.models["events"], s)...)
	b.ops = append(b.ops, apievents.TagOps(b.models["events"], s)...)
	runner := &eventbus.Runner{
		State: b.engines.state, Vault: b.vault, Topics: b.topic.Publisher(), LogGroups: eventLogs{b}, Functions: functions, Emit: metric.AddSummary,
		Log: b.log, Now: b.clock.Now,
	}
	b.jobs[eventbus.JobKind] = runner.Run
	b.jobs[eventbus.CallJobKind] = runner.Call
	b.givenUp[eventbus.CallJobKind] = runner.CallGivenUp
	b.settlers = append(b.settlers, eventSettler{b.clock, &eventbus.Trail{Service: s, Logging: trail.Logs, Chosen: func(tx store.Tx, r *eventbus.Record) (bool, error) {
		return b.delivery.Chosen(tx, deliver.Record{Account: r.Account, Region: r.Region, Data: r.Message})
	}}})
	return alarmEvents{s}, nil
}

// alarmEvents is EventBridge as alarms see it.
type alarmEvents struct{ bus *eventbus.Service }

func (a alarmEvents) Emit(tx store.Tx, now time.Time, account, region string, e alarm.Event) error {
	return a.bus.Emit(tx, now, eventbus.NewEvent(now, account, region, "aws.cloudwatch", e.Type, []string{e.ARN}, e.Detail))
}

// eventSettler hands the records of a drained batch to the rules.
type eventSettler struct {
	clock *clock
	trail *eventbus.Trail
}

func (s eventSettler) Settle(tx store.Tx, batch drain.Batch) error {
	records := make([]eventbus.Record, len(batch.Records))
	for i := range batch.Records {
		r := &batch.Records[i]
		records[i] = eventbus.Record{
			Account: r.Account, Region: r.Region, Message: r.Data, Chosen: r.Category == drain.Data || r.Category == drain.NetworkActivity,
		}
	}
	return s.trail.Settle(tx, s.clock.Now(), records)
}

// serviceFunctions is Lambda as rules and topics call it.
type serviceFunctions struct{ client *lambda.Client }

// Invoke implements eventbus.Functions and topic.Functions. A function that failed has the event all the same: what it makes of it is its own.
func (f serviceFunctions) Invoke(ctx context.Context, function string, payload []byte) error {
	_, err := f.client.Invoke(ctx, function, payload)
	if _, ran := errors.AsType[*trigger.FunctionError](err); ran {
		return nil
	}
	if refused, ok := errors.AsType[*trigger.InvokeError](err); ok && !refused.Again {
		return job.Final(err)
	}
	return err
}

// eventLogs is CloudWatch Logs as rules write to it: the resource policies of groups decide.
type eventLogs struct{ b *builder }

// Write implements eventbus.LogGroups.
func (l eventLogs) Write(tx store.Tx, now time.Time, e eventbus.LogEvent) error {
	g, err := logs.FindGroup(tx, e.Account, e.Region, e.Group)
	if err != nil {
		return err
	}
	w := resourcepolicy.Write{
		Service: eventBridge, Account: e.Account, Region: e.Region, Group: e.Group, Stream: e.Stream, SourceAccount: e.Account, SourceARN: e.Rule,
	}
	for _, action := range []string{resourcepolicy.CreateLogStream, resourcepolicy.PutLogEvents} {
		ok, err := resourcepolicy.Allowed(tx, now, action, w)
		if err != nil {
			return err
		}
		if !ok {
			return apilogs.AccessDeniedException("no resource policy of the log group lets " + eventBridge + " perform " + action)
		}
	}
	ms := now.UnixMilli()
	switch _, err := logs.AddStream(tx, g, e.Stream, ms); {
	case err == nil:
		if err := l.recordStream(tx, now, g, e.Stream); err != nil {
			return err
		}
	case !errors.Is(err, store.ErrExists):
		return fmt.Errorf("new log stream: %w", err)
	}
	batch := drain.LogBatch{
		Group: e.Group, Stream: e.Stream, Ingested: ms, Events: []drain.LogEvent{{Time: e.Time.UnixMilli(), Message: []byte(e.Message)}},
	}
	tx.Append(store.Record{Kind: store.LogEvents, Account: e.Account, Region: e.Region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
	return nil
}

// recordStream writes that EventBridge made a log stream.
func (l eventLogs) recordStream(tx store.Tx, now time.Time, g *logs.Group, stream string) error {
	o, ok := l.b.models["logs"].Operation("CreateLogStream")
	if !ok {
		return errors.New("BUG: CloudWatch Logs has no operation CreateLogStream")
	}
	in, err := schema.Unbind(&apilogs.CreateLogStreamInput{LogGroupName: g.Name, LogStreamName: stream}, o.Input)
	if err != nil {
		return fmt.Errorf("record of a log stream: %w", err)
	}
	ev := &audit.Event{
		Caller: principal.Service(eventBridge), Time: now, Source: o.Service.EventSource, Name: o.Recorded(), Region: g.Region, SourceIP: eventBridge,
		UserAgent: eventBridge, Request: in, RequestID: uuid.NewString(), ID: uuid.NewString(), ReadOnly: o.ReadOnly, Type: audit.APICall,
		Category: o.Category, Account: g.Account, Builder: &audit.Builder{},
	}
	ev.Builder.AddResource(g.Account, logs.ResourceType, g.ARN())
	tx.Append(store.Record{Kind: store.AuditRecord, Account: g.Account, Region: g.Region, ID: ev.ID, Data: l.b.encoder.Append(nil, ev)})
	return nil
}
