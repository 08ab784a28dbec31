package logstest_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/metricfilter"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// The whole way: put, drained, sealed, read, filtered, queried, deleted.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	quiet := slog.New(slog.DiscardHandler)
	segments, err := segment.Open(t.Context(), w.State, t.TempDir(), segment.Options{Now: w.Now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	es := segmentStore{segments}
	values := make(map[string]float64)
	filters := &metricfilter.Service{Tokens: w.Vault, Emit: func(tx store.Tx, account, region, namespace, name string, dims map[string]string, unit string, at time.Time, s series.Summary) error {
		values[name] += s.Sum
		return metric.AddSummary(tx, account, region, namespace, name, dims, unit, at, s)
	}}
	groups := &group.Service{Marks: es, Tokens: w.Vault}
	events := &event.Service{Reader: es, Tokens: w.Vault, Masks: new(mask.Masker), State: w.State, Encode: encode}
	queries := insight.New("p", insight.Options{State: w.State, Sources: es, Tokens: w.Vault, Clock: w, Log: quiet})
	drainer := &drain.Drainer{State: w.State, Segments: segments, Now: w.Now, Log: quiet, Settlers: []drain.Settler{
		settler{w, event.Settle}, settler{w, filters.Settle},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- drainer.Run(ctx) }()
	go func() { done <- queries.Run(ctx) }()
	defer func() {
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		_ = segments.Close()
	}()

	create := func() {
		w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "/a"}) })
		w.Must(func(c *op.Call) error {
			return groups.CreateLogStream(c, &api.CreateLogStreamInput{LogGroupName: "/a", LogStreamName: "s"})
		})
	}
	put := func(messages ...string) {
		in := &api.PutLogEventsInput{LogGroupName: "/a", LogStreamName: "s"}
		for i, m := range messages {
			in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: w.MS() + int64(i), Message: m})
		}
		w.Must(func(c *op.Call) error { _, err := events.PutLogEvents(c, in); return err })
	}
	read := func() string {
		var got []string
		w.Must(func(c *op.Call) error {
			out, err := events.GetLogEvents(c, &api.GetLogEventsInput{LogGroupName: new("/a"), LogStreamName: "s"})
			if err == nil {
				for _, e := range out.Events {
					got = append(got, *e.Message)
				}
			}
			return err
		})
		return strings.Join(got, " ")
	}
	create()
	w.Must(func(c *op.Call) error {
		return filters.PutMetricFilter(c, &api.PutMetricFilterInput{LogGroupName: "/a", FilterName: "f", FilterPattern: "{ $.n >= 2 }",
			MetricTransformations: []api.MetricTransformation{{MetricName: "big", MetricNamespace: "Own", MetricValue: "$.n"}}})
	})
	put(`{"n":1}`, `{"n":2}`)
	if err := drainer.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != `{"n":1} {"n":2}` {
		t.Errorf("from the tail: %s", got)
	}
	if err := drainer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(`{"n":3}`)
	if err := drainer.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != `{"n":1} {"n":3} {"n":2}` {
		t.Errorf("from segment and tail: %s", got)
	}
	var id string
	w.Must(func(c *op.Call) error {
		out, err := queries.StartQuery(c, &api.StartQueryInput{
			LogGroupName: new("/a"), QueryString: "stats sum(n) as s, count(*) as c by @logStream", StartTime: w.Clock.Unix() - 10, EndTime: w.Clock.Unix() + 10,
		})
		if err == nil {
			id = *out.QueryId
		}
		return err
	})
	var out *api.GetQueryResultsOutput
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		w.Must(func(c *op.Call) (err error) {
			out, err = queries.GetQueryResults(c, &api.GetQueryResultsInput{QueryId: id})
			return err
		})
		if *out.Status == insight.Complete {
			break
		}
		<-time.After(time.Millisecond)
	}
	if len(out.Results) != 1 || *out.Results[0][1].Value != "6" || *out.Results[0][2].Value != "3" {
		t.Errorf("query: %s, %d rows", *out.Status, len(out.Results))
	}
	if err := drainer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if values["big"] != 5 {
		t.Errorf("metric filter emitted %v", values)
	}
	w.Advance(time.Second)
	w.Must(func(c *op.Call) error { return groups.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
	w.Advance(time.Second)
	create()
	if got := read(); got != "" {
		t.Errorf("the new group shows %s", got)
	}
	put(`{"n":4}`)
	if err := drainer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != `{"n":4}` {
		t.Errorf("the new group shows %s", got)
	}
}

// segmentStore shows a segment store as the logs services want it.
type segmentStore struct{ *segment.Store }

// Events implements logs.Reader.
func (s segmentStore) Events(ctx context.Context, r logs.Request) (logs.Page, error) {
	req := segment.EventsRequest{
		Account: r.Account, Region: r.Region, Group: r.Group, Streams: r.Streams, StreamPrefix: r.StreamPrefix,
		From: r.From, To: r.To, Backward: r.Backward, Limit: r.Limit, MaxBytes: r.MaxBytes,
	}
	if r.After != nil {
		req.After = &segment.Position{Time: r.After.Time, Ord: r.After.Ord}
	}
	res, err := s.Store.Events(ctx, req)
	if err != nil {
		return logs.Page{}, err
	}
	p := logs.Page{Events: make([]logs.Event, len(res.Rows)), More: res.More}
	for i := range res.Rows {
		p.Events[i] = eventOf(&res.Rows[i])
	}
	return p, nil
}

func eventOf(r *segment.Row) logs.Event {
	return logs.Event{
		Account: r.Account, Region: r.Region, Group: r.Group, Stream: r.Stream,
		Time: r.Time, Ingested: r.Ingested, Ord: r.Ord, Message: r.Message,
	}
}

// Forget implements logs.Marks.
func (s segmentStore) Forget(tx store.Tx, account, region, group, stream string, before int64) error {
	return segment.MarkDeleted(tx, account, region, group, stream, before)
}

// Retain implements logs.Marks.
func (s segmentStore) Retain(tx store.Tx, account, region, group string, days int) error {
	return segment.SetRetention(tx, account, region, group, days)
}

func encode(b event.Batch) ([]byte, error) {
	out := drain.LogBatch{Group: b.Group, Stream: b.Stream, Ingested: b.Ingested}
	for _, e := range b.Events {
		out.Events = append(out.Events, drain.LogEvent{Time: e.Timestamp, Message: []byte(e.Message)})
	}
	return out.Marshal(nil), nil
}

// settler runs a step over the log groups' events of a drained batch.
type settler struct {
	w    *logstest.World
	step func(tx store.Tx, now int64, events []logs.Event) error
}

func (s settler) Settle(tx store.Tx, b drain.Batch) error {
	var events []logs.Event
	for i := range b.Rows {
		if r := &b.Rows[i]; r.Group != segment.History && r.Group != segment.Insights {
			events = append(events, eventOf(r))
		}
	}
	return s.step(tx, s.w.Now().UnixMilli(), events)
}
