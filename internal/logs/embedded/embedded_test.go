package embedded_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs/embedded"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/metricfilter"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// The whole way: put, drained, sealed, read, filtered, queried, deleted.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	quiet := slog.New(slog.DiscardHandler)
	segments, err := segment.Open(t.Context(), w.State, t.TempDir(), segment.Options{Now: w.Now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	es := embedded.Store{Store: segments}
	values := make(map[string]float64)
	filters := &metricfilter.Service{Tokens: w.Vault, Emit: func(tx store.Tx, account, region, namespace, name string, dims map[string]string, unit string, at time.Time, s series.Summary) error {
		values[name] += s.Sum
		return metric.AddSummary(tx, account, region, namespace, name, dims, unit, at, s)
	}}
	groups := &group.Service{Marks: es, Tokens: w.Vault}
	events := &event.Service{Reader: es, Tokens: w.Vault, Encode: embedded.Encode}
	queries := insight.New("p", insight.Options{State: w.State, Sources: es, Tokens: w.Vault, Clock: w, Log: quiet})
	drainer := &drain.Drainer{State: w.State, Segments: segments, Now: w.Now, Log: quiet, Settlers: []drain.Settler{
		&embedded.Settler{Now: w.Now, Steps: []embedded.Step{event.Settle, filters.Settle}},
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
