package event_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const hour = int64(60 * 60 * 1000)

type world struct {
	*logstest.World
	svc    *event.Service
	groups *group.Service
}

func newWorld(t testing.TB) *world {
	w := logstest.New(t)
	out := &world{w, &event.Service{Reader: w.Store, Tokens: w.Vault, Masks: new(mask.Masker), State: w.State, Encode: func(b event.Batch) ([]byte, error) {
		return logstest.Encode(b.Account, b.Region, b.Group, b.Stream, b.Ingested, b.Events)
	}}, &group.Service{Marks: w.Store, Tokens: w.Vault}}
	out.create("/a")
	out.stream("/a", "s")
	return out
}

func (w *world) create(name string) {
	w.T.Helper()
	w.Must(func(c *op.Call) error {
		return w.groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: name})
	})
}

func (w *world) stream(group, name string) {
	w.T.Helper()
	w.Must(func(c *op.Call) error {
		return w.groups.CreateLogStream(c, &api.CreateLogStreamInput{LogGroupName: group, LogStreamName: name})
	})
}

func (w *world) put(stream string, events ...api.InputLogEvent) (out *api.PutLogEventsOutput, err error) {
	_, err = w.Do(func(c *op.Call) error {
		var err error
		out, err = w.svc.PutLogEvents(c, &api.PutLogEventsInput{
			LogGroupName: "/a", LogStreamName: stream, LogEvents: events, SequenceToken: new("any"),
		})
		return err
	})
	return out, err
}

// fill puts messages a millisecond apart, ending now, and delivers them.
func (w *world) fill(stream string, messages ...string) {
	w.T.Helper()
	events := make([]api.InputLogEvent, len(messages))
	for i, m := range messages {
		events[i] = api.InputLogEvent{Timestamp: w.MS() - int64(len(messages)-1-i), Message: m}
	}
	if _, err := w.put(stream, events...); err != nil {
		w.T.Fatal(err)
	}
	w.Drain(event.Settle)
}

func (w *world) get(in *api.GetLogEventsInput) (out *api.GetLogEventsOutput, err error) {
	in.LogGroupName = new("/a")
	if in.LogStreamName == "" {
		in.LogStreamName = "s"
	}
	_, err = w.Do(func(c *op.Call) error {
		var err error
		out, err = w.svc.GetLogEvents(c, in)
		return err
	})
	return out, err
}

func (w *world) filter(in *api.FilterLogEventsInput) (out *api.FilterLogEventsOutput, err error) {
	in.LogGroupName = new("/a")
	_, err = w.Do(func(c *op.Call) error {
		var err error
		out, err = w.svc.FilterLogEvents(c, in)
		return err
	})
	return out, err
}

func shown(events []api.OutputLogEvent) string {
	var out []string
	for _, e := range events {
		out = append(out, *e.Message)
	}
	return strings.Join(out, " ")
}

func found(events []api.FilteredLogEvent) string {
	var out []string
	for _, e := range events {
		out = append(out, *e.Message)
	}
	return strings.Join(out, " ")
}

func TestPutLogEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.put("s", api.InputLogEvent{Timestamp: w.MS() - 1, Message: "one"}, api.InputLogEvent{Timestamp: w.MS(), Message: "two"})
	if err != nil || out.NextSequenceToken == nil || out.RejectedLogEventsInfo != nil {
		t.Fatalf("put: %+v, %v", out, err)
	}
	if got := w.Drain(event.Settle); len(got) != 2 || string(got[1].Message) != "two" || got[1].Ingested != w.MS() {
		t.Errorf("outbox holds %+v", got)
	}
	var g *api.DescribeLogGroupsOutput
	var s *api.DescribeLogStreamsOutput
	w.Must(func(c *op.Call) (err error) {
		g, err = w.groups.DescribeLogGroups(c, &api.DescribeLogGroupsInput{})
		return err
	})
	w.Must(func(c *op.Call) (err error) {
		s, err = w.groups.DescribeLogStreams(c, &api.DescribeLogStreamsInput{LogGroupName: new("/a")})
		return err
	})
	if *g.LogGroups[0].StoredBytes != 6 {
		t.Errorf("stored bytes %d", *g.LogGroups[0].StoredBytes)
	}
	if x := s.LogStreams[0]; *x.FirstEventTimestamp != w.MS()-1 || *x.LastEventTimestamp != w.MS() || *x.LastIngestionTime != w.MS() || x.UploadSequenceToken == nil {
		t.Errorf("statistics %+v", x)
	}
}

func TestPutLogEvents_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := func(ago int64, size int) api.InputLogEvent {
		return api.InputLogEvent{Timestamp: w.MS() - ago, Message: strings.Repeat("x", size)}
	}
	for name, c := range map[string]struct {
		stream        string
		events        []api.InputLogEvent
		code, message string
	}{
		"no stream":    {"none", []api.InputLogEvent{e(0, 1)}, "ResourceNotFoundException", "The specified log stream does not exist."},
		"order":        {"s", []api.InputLogEvent{e(1, 1), e(2, 1)}, "InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order."},
		"size":         {"s", []api.InputLogEvent{e(1, 1<<19), e(0, 1<<19)}, "InvalidParameterException", "Upload too large: 1048628 bytes exceeds limit of 1048576"},
		"size of one":  {"s", []api.InputLogEvent{e(0, 1<<20)}, "InvalidParameterException", "Log event too large: 1048602 bytes exceeds limit of 1048576"},
		"span":         {"s", []api.InputLogEvent{e(24*hour+1, 1), e(0, 1)}, "InvalidParameterException", "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."},
		"largest fits": {"s", []api.InputLogEvent{e(0, 1<<20-26)}, "", ""},
		"day fits":     {"s", []api.InputLogEvent{e(24*hour, 1), e(0, 1)}, "", ""},
	} {
		_, err := w.put(c.stream, c.events...)
		t.Log(name)
		if c.code == "" {
			if err != nil {
				t.Errorf("refused: %v", err)
			}
			continue
		}
		logstest.Refused(t, err, c.code, c.message)
	}
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.PutLogEvents(c, &api.PutLogEventsInput{LogGroupName: "/none", LogStreamName: "s", LogEvents: []api.InputLogEvent{e(0, 1)}})
		return err
	})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified log group does not exist.")
}

func TestPutLogEvents_rejectedRanges(t *testing.T) {
	t.Parallel()
	const day = 24 * hour
	num := func(p *int64) string {
		if p == nil {
			return "-"
		}
		return fmt.Sprint(*p)
	}
	for name, c := range map[string]struct {
		retention int64
		ages      []int64 // negative: in the future
		kept      int
		want      string // too old end, expired end, too new start
	}{
		"all too old":       {0, []int64{15 * day, 14*day + 1}, 0, "2 - -"},
		"just young enough": {0, []int64{14 * day}, 1, ""},
		"just near enough":  {0, []int64{-2 * hour}, 1, ""},
		"both ends":         {0, []int64{15 * day, hour, 0, -3 * hour}, 2, "1 - 3"},
		"expired":           {3, []int64{4 * day, hour}, 1, "- 1 -"},
		"old and expired":   {3, []int64{15 * day, 4 * day, hour}, 1, "1 2 -"},
	} {
		w := newWorld(t)
		if c.retention > 0 {
			w.Must(func(call *op.Call) error {
				return w.groups.PutRetentionPolicy(call, &api.PutRetentionPolicyInput{LogGroupName: "/a", RetentionInDays: c.retention})
			})
		}
		var events []api.InputLogEvent
		for _, a := range c.ages {
			events = append(events, api.InputLogEvent{Timestamp: w.MS() - a, Message: "m"})
		}
		out, err := w.put("s", events...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := ""
		if r := out.RejectedLogEventsInfo; r != nil {
			got = num(r.TooOldLogEventEndIndex) + " " + num(r.ExpiredLogEventEndIndex) + " " + num(r.TooNewLogEventStartIndex)
		}
		if got != c.want {
			t.Errorf("%s: rejected %q, want %q", name, got, c.want)
		}
		if n := len(w.Drain(event.Settle)); n != c.kept {
			t.Errorf("%s: %d events kept, want %d", name, n, c.kept)
		}
	}
}

func TestGetLogEvents_walk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("s", "1", "2", "3", "4", "5")
	limit := new(int64(2))
	out, err := w.get(&api.GetLogEventsInput{Limit: limit})
	if err != nil || shown(out.Events) != "4 5" {
		t.Fatalf("newest page %q, %v", shown(out.Events), err)
	}
	step := func(token *string, want string) *api.GetLogEventsOutput {
		t.Helper()
		o, err := w.get(&api.GetLogEventsInput{Limit: limit, NextToken: token})
		if err != nil || shown(o.Events) != want {
			t.Fatalf("page %q, want %q (%v)", shown(o.Events), want, err)
		}
		return o
	}
	newest := out.NextForwardToken
	back := step(out.NextBackwardToken, "2 3")
	step(back.NextForwardToken, "4 5")
	first := step(back.NextBackwardToken, "1")
	none := step(first.NextBackwardToken, "")
	if *none.NextBackwardToken != *first.NextBackwardToken {
		t.Error("the first page is reached, but the token differs")
	}
	step(none.NextForwardToken, "1 2")
	end := step(newest, "")
	if *end.NextForwardToken != *newest {
		t.Error("the end is reached, but the token differs")
	}
	step(end.NextBackwardToken, "4 5")
	w.Clock = w.Clock.Add(time.Second)
	w.fill("s", "6")
	step(newest, "6")
	head, err := w.get(&api.GetLogEventsInput{Limit: limit, StartFromHead: new(true)})
	if err != nil || shown(head.Events) != "1 2" {
		t.Errorf("from the head: %q, %v", shown(head.Events), err)
	}
	if !strings.HasPrefix(*head.NextForwardToken, "f/") || !strings.HasSuffix(*head.NextForwardToken, "/s") || !strings.HasPrefix(*head.NextBackwardToken, "b/") {
		t.Errorf("tokens %s %s", *head.NextForwardToken, *head.NextBackwardToken)
	}
}

func TestGetLogEvents_rangeAndRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stream("/a", "other")
	w.fill("s", "1", "2", "3")
	w.fill("other", "x")
	at := w.MS()
	for name, c := range map[string]struct {
		start, end int64
		want       string
	}{
		"start is inclusive": {at - 1, at + 1, "2 3"},
		"end is exclusive":   {0, at, "1 2"},
		"empty":              {at, at, ""},
	} {
		out, err := w.get(&api.GetLogEventsInput{StartTime: &c.start, EndTime: &c.end})
		if err != nil || shown(out.Events) != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, shown(out.Events), c.want, err)
		}
		if out != nil && (out.NextForwardToken == nil || out.NextBackwardToken == nil) {
			t.Errorf("%s: no tokens", name)
		}
	}
	out, err := w.get(&api.GetLogEventsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*api.GetLogEventsInput{
		"made up":             {NextToken: new("f/123/s")},
		"of another stream":   {NextToken: out.NextForwardToken, LogStreamName: "other"},
		"direction turned":    {NextToken: new("b" + (*out.NextForwardToken)[1:])},
		"no form of a cursor": {NextToken: new("zzz")},
	} {
		_, err := w.get(in)
		t.Log(name)
		logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
	}
	_, err = w.get(&api.GetLogEventsInput{LogStreamName: "none"})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified log stream does not exist.")
}

func TestFilterLogEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stream("/a", "web-1")
	w.fill("s", "ERROR a", "ok", "ERROR b")
	w.fill("web-1", `{"level":"ERROR"}`, "ok")
	at := w.MS()
	for name, c := range map[string]struct {
		in   api.FilterLogEventsInput
		want string
	}{
		"all, interleaved": {api.FilterLogEventsInput{}, `ERROR a ok {"level":"ERROR"} ERROR b ok`},
		"terms":            {api.FilterLogEventsInput{FilterPattern: new("ERROR")}, `ERROR a {"level":"ERROR"} ERROR b`},
		"json":             {api.FilterLogEventsInput{FilterPattern: new(`{ $.level = "ERROR" }`)}, `{"level":"ERROR"}`},
		"stream names":     {api.FilterLogEventsInput{LogStreamNames: []string{"s"}, FilterPattern: new("ERROR")}, "ERROR a ERROR b"},
		"stream prefix":    {api.FilterLogEventsInput{LogStreamNamePrefix: new("web")}, `{"level":"ERROR"} ok`},
		"end is inclusive": {api.FilterLogEventsInput{StartTime: new(at), EndTime: new(at)}, "ERROR b ok"},
	} {
		out, err := w.filter(&c.in)
		if err != nil || found(out.Events) != c.want || out.NextToken != nil {
			t.Errorf("%s: %q, want %q (%v)", name, found(out.Events), c.want, err)
		}
		var paged []string
		in := c.in
		in.Limit = new(int64(1))
		var ids []string
		for {
			out, err := w.filter(&in)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range out.Events {
				paged = append(paged, *e.Message)
				ids = append(ids, *e.EventId)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if got := strings.Join(paged, " "); got != c.want {
			t.Errorf("%s in pages: %q, want %q", name, got, c.want)
		}
		if !slices.IsSorted(ids) || len(ids[0]) != 56 {
			t.Errorf("%s: event ids %v", name, ids)
		}
	}
	for name, c := range map[string]struct {
		in            api.FilterLogEventsInput
		code, message string
	}{
		"bad pattern": {api.FilterLogEventsInput{FilterPattern: new("{ $.x = }")}, "InvalidParameterException", "Invalid metric filter pattern"},
		"names and prefix": {api.FilterLogEventsInput{LogStreamNames: []string{"s"}, LogStreamNamePrefix: new("w")},
			"InvalidParameterException", "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."},
		"no stream": {api.FilterLogEventsInput{LogStreamNames: []string{"none"}}, "ResourceNotFoundException", "The specified log stream does not exist."},
		"token":     {api.FilterLogEventsInput{NextToken: new("abc")}, "InvalidParameterException", "The specified nextToken is invalid."},
	} {
		_, err := w.filter(&c.in)
		t.Log(name)
		logstest.Refused(t, err, c.code, c.message)
	}
}

// A group or stream made again under its old name starts empty, whatever is
// still on its way.
func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("s", "old")
	if _, err := w.put("s", api.InputLogEvent{Timestamp: w.MS(), Message: "on its way"}); err != nil {
		t.Fatal(err)
	}
	w.Clock = w.Clock.Add(time.Second)
	w.Must(func(c *op.Call) error {
		return w.groups.DeleteLogStream(c, &api.DeleteLogStreamInput{LogGroupName: "/a", LogStreamName: "s"})
	})
	w.Drain(event.Settle)
	if has := w.has("s"); has {
		t.Error("a delivered event brought a deleted stream back")
	}
	w.Clock = w.Clock.Add(time.Second)
	w.stream("/a", "s")
	out, err := w.get(&api.GetLogEventsInput{})
	if err != nil || shown(out.Events) != "" {
		t.Errorf("the new stream shows %q, %v", shown(out.Events), err)
	}
	w.fill("s", "new")
	if out, _ = w.get(&api.GetLogEventsInput{}); shown(out.Events) != "new" {
		t.Errorf("the new stream shows %q", shown(out.Events))
	}
	if _, err := w.put("s", api.InputLogEvent{Timestamp: w.MS(), Message: "late"}); err != nil {
		t.Fatal(err)
	}
	w.Clock = w.Clock.Add(time.Second)
	w.Must(func(c *op.Call) error {
		return w.groups.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"})
	})
	w.Clock = w.Clock.Add(time.Second)
	w.create("/a")
	w.Drain(event.Settle)
	if w.has("s") {
		t.Error("an event of the old group made a stream in the new one")
	}
}

func (w *world) has(stream string) bool {
	w.T.Helper()
	has := false
	w.Must(func(c *op.Call) error {
		g, err := logs.FindGroup(c.Tx, c.Account, c.Region, "/a")
		if err != nil {
			return err
		}
		has, err = logs.Streams.Has(c.Tx, store.K(g.Account, g.Region, g.ID, stream))
		return err
	})
	return has
}

func TestSettle_makesMissingStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Settle([]logs.Event{
		{Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: "111122223333_CloudTrail_eu-west-1", Time: w.MS(), Ingested: w.MS(), Message: []byte("{}")},
		{Account: logstest.Account, Region: logstest.Region, Group: "/none", Stream: "x", Time: w.MS(), Ingested: w.MS(), Message: []byte("{}")},
		{Account: "999999999999", Region: logstest.Region, Group: "/a", Stream: "foreign", Time: w.MS(), Ingested: w.MS(), Message: []byte("{}")},
	}, nil, event.Settle)
	if !w.has("111122223333_CloudTrail_eu-west-1") || w.has("foreign") {
		t.Error("the stream of the trail is missing, or a foreign one is there")
	}
}

func TestOps_stagesReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("s", "m")
	staged := w.svc.StageGet(&op.Call{Context: t.Context(), Now: w.Clock.Add(time.Second), Account: logstest.Account, Region: logstest.Region},
		&api.GetLogEventsInput{LogGroupName: new("/a"), LogStreamName: "s"})
	w.svc.Reader = nil // what is staged is not read again
	var out *api.GetLogEventsOutput
	w.Must(func(c *op.Call) (err error) {
		c.Staged = staged
		out, err = w.svc.GetLogEvents(c, &api.GetLogEventsInput{LogGroupName: new("/a"), LogStreamName: "s"})
		return err
	})
	if shown(out.Events) != "m" {
		t.Errorf("staged page shows %q", shown(out.Events))
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("f/abc/s")
	f.Add("b//s")
	f.Add("")
	f.Add("f/" + strings.Repeat("A", 200) + "/s")
	w := newWorld(f)
	w.fill("s", "m")
	good, err := w.get(&api.GetLogEventsInput{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(*good.NextForwardToken)
	f.Fuzz(func(t *testing.T, token string) {
		w.T = t
		if token == *good.NextForwardToken || token == *good.NextBackwardToken {
			return
		}
		_, err := w.get(&api.GetLogEventsInput{NextToken: &token})
		if err == nil {
			t.Errorf("token %q was taken", token)
		}
		_, err = w.filter(&api.FilterLogEventsInput{NextToken: &token})
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("filter token %q: %v", token, err)
		}
	})
}
