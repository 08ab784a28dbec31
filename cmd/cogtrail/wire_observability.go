package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm"
	apicloudwatch "github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/definition"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/index"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/lookuptable"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/metricfilter"
	"github.com/cogtrail/cogtrail/internal/logs/protection"
	"github.com/cogtrail/cogtrail/internal/logs/resourcepolicy"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/notify/topic"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/outbound"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/deliver"
)

// observability is CloudWatch Logs, metrics, alarms and topics.
func (b *builder) observability(ctx context.Context) error {
	if err := b.notifications(ctx); err != nil {
		return err
	}
	if err := b.metricsAndAlarms(); err != nil {
		return err
	}
	return b.cloudWatchLogs()
}

// notifications are SNS topics and their deliveries.
func (b *builder) notifications(ctx context.Context) error {
	signer, err := topic.LoadSigner(ctx, b.engines.state, b.vault, b.clock.Now())
	if err != nil {
		return fmt.Errorf("load key of notifications: %w", err)
	}
	deps := topic.Deps{Vault: b.vault, Mailer: b.mailbox, Signer: signer, BaseURL: b.config.PublicURL}
	functions, err := b.lambda()
	if err != nil {
		return err
	}
	if functions != nil {
		deps.Functions = serviceFunctions{functions}
	}
	b.topic = topic.New(deps)
	b.signer = signer
	b.ops = append(b.ops, b.topic.Operations(b.models["sns"])...)
	client := outbound.New(outbound.Options{AllowPrivate: b.config.Outbound.AllowPrivate})
	deliverer := &topic.Deliverer{Service: b.topic, State: b.engines.state, Client: client, Log: b.log}
	b.jobs[topic.JobKind] = deliverer.Run
	sweeper := &topic.Sweeper{Service: b.topic, State: b.engines.state, Log: b.log, Now: b.clock.Now}
	b.bg = append(b.bg, background{"notifications", sweeper.Run})
	return b.carriers()
}

// metricsAndAlarms are CloudWatch's.
func (b *builder) metricsAndAlarms() error {
	m := b.models["cloudwatch"]
	b.ops = append(b.ops, apicloudwatch.MetricOps(m, metric.New(metric.Deps{Tokens: b.vault}))...)
	bus, err := b.eventBus()
	if err != nil {
		return err
	}
	alarms := alarm.New(alarm.Deps{Tokens: b.vault, Events: bus})
	b.ops = append(b.ops, apicloudwatch.AlarmOps(m, alarms)...)
	b.ops = append(b.ops, apicloudwatch.MuteOps(m, alarms)...)
	actor := &alarm.Actor{State: b.engines.state, Topics: b.topic.Publisher(), Now: b.clock.Now}
	functions, err := b.lambda()
	if err != nil {
		return err
	}
	if functions != nil {
		actor.Functions = functions
	}
	b.jobs[alarm.JobKind], b.givenUp[alarm.JobKind] = actor.Run, alarm.GivenUp
	recent := &metric.Recent{}
	values := func(tx store.Tx, snapshot bool) alarm.Values {
		if snapshot {
			return recent.In(tx)
		}
		return metric.In(tx)
	}
	evaluator := &alarm.Evaluator{State: b.engines.state, Metrics: values, Events: bus, Log: b.log, Now: b.clock.Now, Every: b.config.Alarm.Every}
	keeper := &metric.Keeper{State: b.engines.state, Log: b.log, Now: b.clock.Now}
	b.bg = append(b.bg, background{"alarms", evaluator.Run}, background{"metrics", keeper.Run})
	return nil
}

// cloudWatchLogs are log groups, events, queries and metric filters.
func (b *builder) cloudWatchLogs() error {
	m := b.models["logs"]
	groups := &group.Service{Marks: logMarks{}, Tokens: b.vault}
	masks := new(mask.Masker)
	events := &event.Service{Reader: logReader{b.engines.segments}, Tokens: b.vault, Masks: masks, State: b.engines.state, Encode: encodeLogs}
	queries := insight.New(uuid.NewString(), insight.Options{
		State: b.engines.state, Sources: b.engines.segments, Records: logReader{b.engines.segments}, Masks: masks, Tokens: b.vault, Clock: b.clock, Log: b.log, MaxTime: b.config.Query.Timeout,
		Limits: queryrun.Limits{Bytes: b.config.Query.HoldBytes},
		Engine: b.queryEngine(), Access: logAccess{}, Shared: b.config.State != "",
	})
	filters := &metricfilter.Service{Tokens: b.vault, Emit: metric.AddSummary, State: b.engines.state, Clock: b.clock, Log: b.log}
	b.ops = append(b.ops, apilogs.GroupOps(m, groups)...)
	b.ops = append(b.ops, events.Ops(m)...)
	b.ops = append(b.ops, queries.Ops(m)...)
	b.scheduledQueries(queries)
	b.ops = append(b.ops, apilogs.DefinitionOps(m, &definition.Service{Tokens: b.vault})...)
	b.ops = append(b.ops, apilogs.LookuptableOps(m, &lookuptable.Service{Tokens: b.vault})...)
	b.ops = append(b.ops, apilogs.IndexOps(m, &index.Service{Tokens: b.vault})...)
	b.ops = append(b.ops, apilogs.MetricfilterOps(m, filters)...)
	subscriptions, err := b.subscriptions()
	if err != nil {
		return err
	}
	b.liveTail(masks)
	b.exports(masks)
	b.ops = append(b.ops, apilogs.ProtectionOps(m, &protection.Service{})...)
	b.ops = append(b.ops, apilogs.ResourcepolicyOps(m, &resourcepolicy.Service{Tokens: b.vault})...)
	b.settlers = append(b.settlers, logSettler{b.clock, event.Settle}, logSettler{b.clock, masks.Before(metric.AddSummary, filters.Settle, subscriptions.Settle)},
		logSettler{b.clock, event.Incoming(metric.AddSummary)})
	b.bg = append(b.bg, background{"queries", queries.Run}, background{"metric filters", filters.Run})
	return nil
}

// logReader is the segment store as log groups ask it.
type logReader struct{ segments *segment.Store }

func (l logReader) Events(ctx context.Context, r logs.Request) (logs.Page, error) {
	req := segment.EventsRequest{
		Account: r.Account, Region: r.Region, Group: r.Group, Streams: r.Streams, StreamPrefix: r.StreamPrefix, From: r.From, To: r.To,
		Backward: r.Backward, Limit: r.Limit, MaxBytes: r.MaxBytes,
	}
	if r.After != nil {
		req.After = &segment.Position{Time: r.After.Time, Ord: r.After.Ord}
	}
	res, err := l.segments.Events(ctx, req)
	if err != nil {
		return logs.Page{}, err
	}
	return logs.Page{Events: logEvents(res.Rows), More: res.More}, nil
}

// At implements insight.Records.
func (l logReader) At(ctx context.Context, account, pointer string) (logs.Event, bool, error) {
	r, ok, err := l.segments.At(ctx, account, pointer)
	if err != nil || !ok {
		return logs.Event{}, false, err
	}
	return logEvents([]segment.Row{r})[0], true, nil
}

func logEvents(rows []segment.Row) []logs.Event {
	out := make([]logs.Event, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		out = append(out, logs.Event{
			Account: r.Account, Region: r.Region, Group: r.Group, Stream: r.Stream, Time: r.Time, Ingested: r.Ingested, Ord: r.Ord, Message: r.Message,
		})
	}
	return out
}

// logMarks hides deleted and old events in the segment store.
type logMarks struct{}

func (logMarks) Forget(tx store.Tx, account, region, group, stream string, before int64) error {
	return segment.MarkDeleted(tx, account, region, group, stream, before)
}

func (logMarks) Retain(tx store.Tx, account, region, group string, days int) error {
	return segment.SetRetention(tx, account, region, group, days)
}

// encodeLogs makes the outbox record of PutLogEvents.
func encodeLogs(b event.Batch) ([]byte, error) {
	batch := drain.LogBatch{Group: b.Group, Stream: b.Stream, Ingested: b.Ingested}
	for _, e := range b.Events {
		batch.Events = append(batch.Events, drain.LogEvent{Time: e.Timestamp, Message: []byte(e.Message)})
	}
	return batch.Marshal(nil), nil
}

// logSettler hands the log events of a drained batch to a follower.
type logSettler struct {
	clock  *clock
	follow func(tx store.Tx, now int64, events []logs.Event) error
}

func (s logSettler) Settle(tx store.Tx, batch drain.Batch) error {
	var rows []segment.Row
	for _, r := range batch.Rows {
		if r.Group != segment.History && r.Group != segment.Insights {
			rows = append(rows, r)
		}
	}
	return s.follow(tx, s.clock.Now().UnixMilli(), logEvents(rows))
}

// logAccess decides about groups that are named in lists or inside a query.
type logAccess struct{}

func (logAccess) Allowed(c *op.Call, action, resource string) (bool, error) {
	return c.Allowed(action, resource, c.Account, "")
}

// trailTopics is SNS as trails ask it.
type trailTopics struct{ p topic.Publisher }

func (t trailTopics) Publish(tx store.Tx, now time.Time, account, trailARN, topicARN, message string) (string, error) {
	err := t.p.Check(tx, topicARN, cloudTrail, account, trailARN) // the policy may have changed since the trail got its topic
	if err == nil {
		err = t.p.Publish(tx, now, topicARN, "", message)
	}
	var refused *schema.Error
	if errors.As(err, &refused) {
		return refused.QueryCode, nil // the file is delivered all the same
	}
	return "", err
}

func (b *builder) topics() deliver.Topics { return trailTopics{b.topic.Publisher()} }

func (t targets) CheckTopic(tx store.Tx, account, trailARN, topicARN string) error {
	err := t.b.topic.Publisher().Check(tx, topicARN, cloudTrail, account, trailARN)
	var refused *schema.Error
	if errors.As(err, &refused) {
		return trail.ErrTopic
	}
	return err
}

// pages are the fixed public paths.
func (b *builder) pages() map[string]http.Handler {
	return map[string]http.Handler{importPath: b.uploads, b.signer.Path(): http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(b.signer.Certificate()) // the client went away: nothing to do
	})}
}
