package subscription_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/subscription"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	here     = logstest.Region + ":" + logstest.Account
	function = "arn:aws:lambda:" + here + ":function:f"
	hose     = "arn:aws:firehose:" + here + ":deliverystream/d"
	hook     = "arn:aws:events:" + here + ":api-destination/d"
	role     = "arn:aws:iam::" + logstest.Account + ":role/cwl"
)

// fakeSender keeps what it gets, and fails as often as told.
type fakeSender struct {
	got  []subscription.Delivery
	fail []error // by attempt
}

func (f *fakeSender) Knows(text string) bool { return text == function || text == hose || text == hook }

func (f *fakeSender) Send(_ context.Context, d subscription.Delivery) error {
	if len(f.fail) > 0 {
		err := f.fail[0]
		if f.fail = f.fail[1:]; err != nil {
			return err
		}
	}
	f.got = append(f.got, d)
	return nil
}

type world struct {
	*logstest.World
	svc     *subscription.Service
	sender  *fakeSender
	metrics map[string]float64
	moved   []string // forwarded events
	denied  string   // an action the caller may not do
	ord     int64
}

func newWorld(t *testing.T) *world {
	w := &world{World: logstest.New(t), sender: &fakeSender{}, metrics: make(map[string]float64)}
	w.svc = &subscription.Service{
		State: w.State, Tokens: w.Vault, Sender: w.sender, Now: w.Now, Log: slog.New(slog.DiscardHandler),
		Forward: func(_ store.Tx, to *logs.Group, stream string, _ int64, events []logs.Event) error {
			for _, e := range events {
				w.moved = append(w.moved, to.Name+" "+stream+" "+string(e.Message))
			}
			return nil
		},
		Emit: func(_ store.Tx, _, _, _, name string, _ map[string]string, _ string, _ time.Time, s series.Summary) error {
			w.metrics[name] += s.Sum
			return nil
		},
	}
	for _, name := range []string{"/a", "/b", "/c"} {
		w.group(&logs.Group{Name: name, Class: "STANDARD"})
	}
	return w
}

func (w *world) group(g *logs.Group) {
	g.Account, g.Region, g.ID = logstest.Account, logstest.Region, g.Name
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error { return logs.Groups.Put(tx, g) })
}

// do runs a call whose caller may do all but w.denied.
func (w *world) do(run func(c *op.Call) error) error {
	_, err := w.Do(func(c *op.Call) error {
		c.Allowed = func(action, _, account, _ string) (bool, error) {
			return action != w.denied && account == logstest.Account, nil
		}
		return run(c)
	})
	return err
}

func (w *world) put(in *api.PutSubscriptionFilterInput) error {
	return w.do(func(c *op.Call) error { return w.svc.PutSubscriptionFilter(c, in) })
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// settle delivers messages to a stream of a group.
func (w *world) settle(group, stream string, messages ...string) {
	w.T.Helper()
	var events []logs.Event
	for _, m := range messages {
		w.ord++
		events = append(events, logs.Event{
			Account: logstest.Account, Region: logstest.Region, Group: group, Stream: stream, Time: w.MS(), Ingested: w.MS(), Ord: w.ord, Message: []byte(m),
		})
	}
	w.Settle(events, nil, w.svc.Settle)
}

// jobs are the payloads of the jobs there are.
func (w *world) jobs() (out []json.RawMessage) {
	w.T.Helper()
	w.must(w.State.View(w.T.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			var j job.Job
			if err := errors.Join(err, json.Unmarshal(kv.Value, &j)); err != nil {
				return err
			}
			if j.Kind != subscription.JobKind {
				return fmt.Errorf("job of kind %s", j.Kind)
			}
			out = append(out, j.Payload)
		}
		return nil
	}))
	return out
}

// run runs the first job as its attempt says.
func (w *world) run(attempt int) error {
	w.T.Helper()
	jobs := w.jobs()
	if len(jobs) == 0 {
		w.T.Fatal("no job")
	}
	return w.svc.Run(w.T.Context(), job.Job{Account: logstest.Account, Region: logstest.Region, Attempt: attempt, Payload: jobs[0]})
}

func text(t testing.TB, data []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle("/a", "s", "ERROR too early")
	w.Advance(time.Second)
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "f", FilterPattern: "[level=ERROR, rest]", DestinationArn: function}))
	w.settle("/a", "s", "ERROR one", "INFO two", "ERROR three")
	w.settle("/a", "t", "ERROR four <&>")
	w.settle("/b", "s", "ERROR of another group")
	if n := len(w.jobs()); n != 1 {
		t.Fatalf("%d jobs for one lane", n)
	}
	w.sender.fail = []error{nil, errors.New("down")}
	if err := w.run(1); err != nil {
		t.Fatalf("a run that sent something ends well: %v", err)
	}
	w.must(w.run(1))
	if len(w.sender.got) != 2 {
		t.Fatalf("%d messages", len(w.sender.got))
	}
	ms := w.MS()
	want := []string{
		fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/a","logStream":"s","subscriptionFilters":["f"],"logEvents":[`+
			`{"id":"3%015d%020d%020d","timestamp":%d,"message":"ERROR one","extractedFields":{"level":"ERROR","rest":"one"}},`+
			`{"id":"3%015d%020d%020d","timestamp":%d,"message":"ERROR three","extractedFields":{"level":"ERROR","rest":"three"}}]}`, ms, ms, 2, ms, ms, ms, 4, ms),
		fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/a","logStream":"t","subscriptionFilters":["f"],"logEvents":[`+
			`{"id":"3%015d%020d%020d","timestamp":%d,"message":"ERROR four <&>","extractedFields":{"level":"ERROR","rest":"four <&>"}}]}`, ms, ms, 5, ms),
	}
	for i, d := range w.sender.got {
		if got := text(t, d.Data); got != want[i] || d.Destination != function {
			t.Errorf("sent %s to %s\nwant %s", got, d.Destination, want[i])
		}
	}
	if w.metrics["ForwardedLogEvents"] != 3 || w.metrics["ForwardedBytes"] == 0 || w.metrics["DeliveryErrors"] != 0 {
		t.Errorf("metrics %v", w.metrics)
	}
	// The lane is empty: the next event begins a new job.
	before := len(w.jobs())
	w.settle("/a", "s", "ERROR five")
	if n := len(w.jobs()); n != before+1 {
		t.Errorf("%d jobs after %d", n, before)
	}
}

func TestRun_failures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "f", DestinationArn: hook}))
	w.settle("/a", "s", "one")
	w.sender.fail = []error{errors.New("down"), errors.New("down"), fmt.Errorf("%w: no", subscription.ErrRefused)}
	if err := w.run(1); err == nil {
		t.Error("a failure must be told to the runner")
	}
	if err := w.run(12); err != nil || len(w.jobs()) != 2 {
		t.Errorf("a late failure begins a new job: %v, %d jobs", err, len(w.jobs()))
	}
	w.must(w.run(1))
	if w.metrics["DeliveryErrors"] != 1 || len(w.sender.got) != 0 {
		t.Errorf("refused for good: %v, sent %d", w.metrics, len(w.sender.got))
	}
	w.settle("/a", "s", "two")
	w.Advance(25 * time.Hour)
	w.must(w.run(1))
	if w.metrics["DeliveryErrors"] != 2 || len(w.sender.got) != 0 {
		t.Errorf("after a day: %v, sent %d", w.metrics, len(w.sender.got))
	}
	// What waits goes with the filter.
	w.settle("/a", "s", "three")
	w.must(w.do(func(c *op.Call) error {
		return w.svc.DeleteSubscriptionFilter(c, &api.DeleteSubscriptionFilterInput{LogGroupName: "/a", FilterName: "f"})
	}))
	w.must(w.run(1))
	if len(w.sender.got) != 0 {
		t.Error("sent for a deleted filter")
	}
}

func TestControlMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := &api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "f", DestinationArn: hose, RoleArn: new(role)}
	w.must(w.put(in))
	w.must(w.put(in)) // the same destination needs no second test
	w.must(w.run(1))
	want := fmt.Sprintf(`{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],`+
		`"logEvents":[{"id":"","timestamp":%d,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`, w.MS())
	if len(w.sender.got) != 1 || text(t, w.sender.got[0].Data) != want {
		t.Errorf("sent %d messages, want %s", len(w.sender.got), want)
	}
}

func TestForward(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := func(group string) string { return "arn:aws:logs:" + here + ":log-group:" + group }
	w.must(w.do(func(c *op.Call) error {
		_, err := w.svc.PutDestination(c, &api.PutDestinationInput{DestinationName: "d", TargetArn: to("/b"), RoleArn: role})
		return err
	}))
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "f", FilterPattern: "x", DestinationArn: "arn:aws:logs:" + here + ":destination:d"}))
	w.settle("/a", "s", "x 1", "y 2", "x 3")
	if got := strings.Join(w.moved, "|"); got != "/b s x 1|/b s x 3" || len(w.jobs()) != 0 {
		t.Errorf("forwarded %s, %d jobs", got, len(w.jobs()))
	}
	// A target that forwards itself takes nothing: else two groups could feed each other for ever.
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/b", FilterName: "f", DestinationArn: to("/a")}))
	w.moved = nil
	w.settle("/a", "s", "x 4")
	w.settle("/b", "s", "x 5")
	if len(w.moved) != 0 || w.metrics["DeliveryErrors"] != 2 {
		t.Errorf("forwarded %q, %v", w.moved, w.metrics)
	}
}

func TestPutSubscriptionFilter_refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.group(&logs.Group{Name: "/rare", Class: "INFREQUENT_ACCESS"})
	for _, name := range []string{"one", "two"} {
		w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/b", FilterName: name, DestinationArn: hook}))
	}
	// noPass may not hand over roles, noWrite not write to groups.
	const noPass, noWrite = "iam:PassRole", "logs:PutLogEvents"
	who := "User: arn:aws:iam::111122223333:root is not authorized to perform: "
	for name, c := range map[string]struct {
		in            api.PutSubscriptionFilterInput
		denied        string
		code, message string
	}{
		"no group":     {api.PutSubscriptionFilterInput{LogGroupName: "/x", DestinationArn: hook}, "", "ResourceNotFoundException", "The specified log group does not exist."},
		"class":        {api.PutSubscriptionFilterInput{LogGroupName: "/rare", DestinationArn: hook}, "", "InvalidOperationException", "Subscription filters are not supported for log groups of class INFREQUENT_ACCESS."},
		"the third":    {api.PutSubscriptionFilterInput{LogGroupName: "/b", DestinationArn: hook}, "", "LimitExceededException", "Resource limit exceeded."},
		"pattern":      {api.PutSubscriptionFilterInput{FilterPattern: "{ $.a", DestinationArn: hook}, "", "InvalidParameterException", "Invalid metric filter pattern"},
		"no ARN":       {api.PutSubscriptionFilterInput{DestinationArn: "f"}, "", "InvalidParameterException", "Invalid destinationArn: f"},
		"criteria":     {api.PutSubscriptionFilterInput{DestinationArn: hook, FieldSelectionCriteria: new("x")}, "", "InvalidParameterException", "fieldSelectionCriteria and emitSystemFields are not supported by this server."},
		"lambda, role": {api.PutSubscriptionFilterInput{DestinationArn: function, RoleArn: new(role)}, "", "InvalidParameterException", "destinationArn for vendor lambda cannot be used with roleArn"},
		"another's lambda": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:lambda:eu-west-1:999999999999:function:f"}, "", "AccessDeniedException",
			"Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers."},
		"unknown lambda": {api.PutSubscriptionFilterInput{DestinationArn: function + "2"}, "", "InvalidParameterException",
			"Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function."},
		"hose, no role": {api.PutSubscriptionFilterInput{DestinationArn: hose}, "", "InvalidParameterException", "destinationArn for vendor firehose cannot be used without roleArn"},
		"unknown hose": {api.PutSubscriptionFilterInput{DestinationArn: hose + "2", RoleArn: new(role)}, "", "InvalidParameterException",
			"Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state."},
		"unknown stream": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:kinesis:" + here + ":stream/s", RoleArn: new(role)}, "", "InvalidParameterException",
			"Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state. "},
		"no address": {api.PutSubscriptionFilterInput{DestinationArn: hook + "2"}, "", "InvalidParameterException",
			"destinationArn has no address: logs.destinations of this server names none."},
		"role of no use": {api.PutSubscriptionFilterInput{DestinationArn: hook, RoleArn: new("r")}, "", "InvalidParameterException", "Invalid roleArn: r"},
		"another's role": {api.PutSubscriptionFilterInput{DestinationArn: hook, RoleArn: new("arn:aws:iam::999999999999:role/r")}, "", "AccessDeniedException",
			"Cross-account pass role is not allowed."},
		"no PassRole": {api.PutSubscriptionFilterInput{DestinationArn: hook, RoleArn: new(role)}, noPass, "AccessDeniedException",
			who + noPass + " on resource: " + role + " because no identity-based policy allows the " + noPass + " action"},
		"itself":         {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:logs:" + here + ":log-group:/a:*"}, "", "InvalidParameterException", "A log group cannot be its own destination."},
		"no such target": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:logs:" + here + ":log-group:/x"}, "", "ResourceNotFoundException", "The specified log group does not exist."},
		"may not write": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:logs:" + here + ":log-group:/b"}, noWrite, "AccessDeniedException",
			who + noWrite + " on resource: arn:aws:logs:" + here + ":log-group:/b because no identity-based policy allows the " + noWrite + " action"},
		"no destination": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:logs:" + here + ":destination:x"}, "", "ResourceNotFoundException", "The specified destination does not exist."},
		"another's destination": {api.PutSubscriptionFilterInput{DestinationArn: "arn:aws:logs:eu-west-1:999999999999:destination:x"}, "", "AccessDeniedException",
			who + "logs:PutSubscriptionFilter on resource: arn:aws:logs:eu-west-1:999999999999:destination:x because no identity-based policy allows the logs:PutSubscriptionFilter action"},
	} {
		t.Run(name, func(t *testing.T) {
			w.denied = c.denied
			if c.in.LogGroupName == "" {
				c.in.LogGroupName = "/a"
			}
			c.in.FilterName = "f"
			logstest.Refused(t, w.put(&c.in), c.code, c.message)
		})
	}
	if len(w.jobs()) != 0 {
		t.Error("a refused filter left a job")
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "b", FilterPattern: "x", DestinationArn: hook, Distribution: new("Random")}))
	w.must(w.put(&api.PutSubscriptionFilterInput{LogGroupName: "/a", FilterName: "a", DestinationArn: function}))
	var names []string
	in := &api.DescribeSubscriptionFiltersInput{LogGroupName: "/a", Limit: new(int64(1))}
	for {
		var out *api.DescribeSubscriptionFiltersOutput
		w.must(w.do(func(c *op.Call) (err error) { out, err = w.svc.DescribeSubscriptionFilters(c, in); return err }))
		for _, f := range out.SubscriptionFilters {
			names = append(names, *f.FilterName+" "+*f.DestinationArn+" "+*f.Distribution)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if got := strings.Join(names, ", "); got != "a "+function+" ByLogStream, b "+hook+" Random" {
		t.Errorf("listed %s", got)
	}
	logstest.Refused(t, w.do(func(c *op.Call) error {
		return w.svc.DeleteSubscriptionFilter(c, &api.DeleteSubscriptionFilterInput{LogGroupName: "/a", FilterName: "x"})
	}), "ResourceNotFoundException", "The specified subscription filter does not exist.")
}

func TestDestinations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	put := func(name, target string) error {
		return w.do(func(c *op.Call) error {
			_, err := w.svc.PutDestination(c, &api.PutDestinationInput{DestinationName: name, TargetArn: target, RoleArn: role})
			return err
		})
	}
	const allow = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"logs:PutSubscriptionFilter","Resource":"*"}]}`
	w.must(put("one", hose))
	w.must(put("two", hose))
	setPolicy := func(name, text string) error {
		return w.do(func(c *op.Call) error {
			return w.svc.PutDestinationPolicy(c, &api.PutDestinationPolicyInput{DestinationName: name, AccessPolicy: text})
		})
	}
	w.must(setPolicy("one", allow))
	w.must(put("one", function)) // the policy stays
	var out *api.DescribeDestinationsOutput
	w.must(w.do(func(c *op.Call) (err error) {
		out, err = w.svc.DescribeDestinations(c, &api.DescribeDestinationsInput{DestinationNamePrefix: new("o")})
		return err
	}))
	if d := out.Destinations; len(d) != 1 || *d[0].AccessPolicy != allow || *d[0].TargetArn != function || *d[0].Arn != "arn:aws:logs:"+here+":destination:one" {
		t.Errorf("listed %+v", d)
	}
	logstest.Refused(t, put("x", "arn:aws:logs:"+here+":destination:one"), "InvalidParameterException", "A destination cannot be the target of another.")
	logstest.Refused(t, put("x", hose+"2"), "InvalidParameterException", "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.")
	logstest.Refused(t, setPolicy("x", allow), "ResourceNotFoundException", "The specified destination does not exist.")
	logstest.Refused(t, setPolicy("one", "{}"), "InvalidParameterException", "Invalid access policy: Syntax errors in policy.")
	remove := func() error {
		return w.do(func(c *op.Call) error {
			return w.svc.DeleteDestination(c, &api.DeleteDestinationInput{DestinationName: "one"})
		})
	}
	w.must(remove())
	logstest.Refused(t, remove(), "ResourceNotFoundException", "The specified destination does not exist.")
}
