package livetail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/livetail"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	ids      = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
	document = `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":` + ids + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
		`{"DataIdentifier":` + ids + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
)

type world struct {
	*logstest.World
	svc *livetail.Service
	ctx context.Context // of the client
}

func newWorld(t *testing.T) *world {
	w := logstest.New(t)
	for name, class := range map[string]string{"/a": "STANDARD", "/b": "STANDARD", "/rare": "INFREQUENT_ACCESS"} {
		w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
			return logs.Groups.Put(tx, &logs.Group{Account: logstest.Account, Region: logstest.Region, Name: name, ID: name, Class: class})
		})
	}
	return &world{w, &livetail.Service{Hub: livetail.NewHub(), Masks: new(mask.Masker), State: w.State}, t.Context()}
}

func arnOf(group string) string {
	return "arn:aws:logs:" + logstest.Region + ":" + logstest.Account + ":log-group:" + group
}

func (w *world) start(in *api.StartLiveTailInput) (events schema.Events, err error) {
	_, err = w.Do(func(c *op.Call) error {
		c.Context = w.ctx
		out, err := w.svc.StartLiveTail(c, in)
		if err == nil {
			events = out.ResponseStream
		}
		return err
	})
	return events, err
}

// begin starts a session and reads its first event.
func (w *world) begin(in *api.StartLiveTailInput) schema.Events {
	w.T.Helper()
	s, err := w.start(in)
	if err != nil {
		w.T.Fatal(err)
	}
	name, event, err := s.Next()
	first, ok := event.(*api.LiveTailSessionStart)
	if err != nil || name != "sessionStart" || !ok || *first.SessionId == "" || *first.RequestId == "" {
		w.T.Fatalf("first event %s %+v, %v", name, event, err)
	}
	return s
}

func (w *world) publish(group, stream string, messages ...string) {
	var events []logs.Event
	for _, m := range messages {
		events = append(events, logs.Event{Account: logstest.Account, Region: logstest.Region, Group: group, Stream: stream, Time: 1, Ingested: 2, Message: []byte(m)})
	}
	w.svc.Hub.Publish(events)
}

// update reads the next update as texts.
func (w *world) update(s schema.Events) (text string, sampled bool) {
	w.T.Helper()
	name, event, err := s.Next()
	u, ok := event.(*api.LiveTailSessionUpdate)
	if err != nil || name != "sessionUpdate" || !ok {
		w.T.Fatalf("event %s %+v, %v", name, event, err)
	}
	var out []string
	for _, e := range u.SessionResults {
		out = append(out, *e.LogGroupIdentifier+" "+*e.LogStreamName+" "+*e.Message)
	}
	return strings.Join(out, "|"), *u.SessionMetadata.Sampled
}

func TestSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		all := w.begin(&api.StartLiveTailInput{LogGroupIdentifiers: []string{arnOf("/a"), arnOf("/b")}, LogEventFilterPattern: new("x")})
		some := w.begin(&api.StartLiveTailInput{LogGroupIdentifiers: []string{arnOf("/a")}, LogStreamNamePrefixes: []string{"we", "q"}})
		w.publish("/a", "web", "x 1", "y 2")
		w.publish("/a", "app", "x 3")
		w.publish("/b", "web", "x 4")
		w.publish("/c", "web", "x 5")
		const own = logstest.Account + ":"
		if got, sampled := w.update(all); got != own+"/a web x 1|"+own+"/a app x 3|"+own+"/b web x 4" || sampled {
			t.Errorf("all: %s, %v", got, sampled)
		}
		if got, _ := w.update(some); got != own+"/a web x 1|"+own+"/a web y 2" {
			t.Errorf("some: %s", got)
		}
		if got, _ := w.update(all); got != "" {
			t.Errorf("an empty second: %s", got)
		}
		// A policy that is put during the session hides at once.
		w.publish("/a", "web", "x a@b.example")
		w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
			return logs.Protections.Put(tx, &logs.Protection{Account: logstest.Account, Region: logstest.Region, Group: "/a", Document: document})
		})
		if got, _ := w.update(all); got != own+"/a web x ***********" {
			t.Errorf("protected: %s", got)
		}
		w.publish("/a", "web", "x c@d.example")
		if got, _ := w.update(all); got != own+"/a web x ***********" {
			t.Errorf("protected: %s", got)
		}
		many := make([]string, 1000)
		for i := range many {
			many[i] = fmt.Sprint("x ", i)
		}
		w.publish("/b", "s", many...)
		if got, sampled := w.update(all); strings.Count(got, "|") != 499 || !sampled {
			t.Errorf("%d of 1000, %v", strings.Count(got, "|")+1, sampled)
		}
		for range 6 {
			w.publish("/b", "s", many...)
		}
		if got, sampled := w.update(all); strings.Count(got, "|") != 499 || !sampled || !strings.Contains(got[len(got)-5:], "x 99") {
			t.Errorf("newest of too many: %d, %v, …%s", strings.Count(got, "|"), sampled, got[len(got)-10:])
		}
		large := "x " + strings.Repeat("y", 1<<20)
		for range 40 {
			w.publish("/b", "s", large)
		}
		if got, sampled := w.update(all); strings.Count(got, "|")+1 > 4 || !sampled {
			t.Errorf("%d large events, %v", strings.Count(got, "|")+1, sampled)
		}
		for _, s := range []schema.Events{all, some} {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if w.svc.Hub.Watched() {
			t.Error("closed sessions stay in the hub")
		}
	})
}

func TestSession_ends(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		in := &api.StartLiveTailInput{LogGroupIdentifiers: []string{arnOf("/a")}}
		old := w.begin(in)
		var err error
		n := 0
		for ; err == nil; n++ {
			_, _, err = old.Next()
		}
		if e, ok := errors.AsType[*schema.Error](err); !ok || e.Code != "SessionTimeoutException" || n < 3*60*60-1 {
			t.Errorf("after %d updates: %v", n, err)
		}
		_ = old.Close() // never fails
		ctx, leave := context.WithCancel(t.Context())
		w.ctx = ctx
		left := w.begin(in)
		leave()
		if _, _, err := left.Next(); err != io.EOF {
			t.Errorf("the client has left: %v", err)
		}
		_ = left.Close()
		w.ctx = t.Context()
		last := w.begin(in)
		w.svc.Hub.Close()
		w.svc.Hub.Close() // harmless
		if _, _, err := last.Next(); err != io.EOF {
			t.Errorf("the server stops: %v", err)
		}
		_ = last.Close()
	})
}

func TestStartLiveTail_refuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := arnOf("/a"), arnOf("/b")
		for name, c := range map[string]struct {
			in            api.StartLiveTailInput
			code, message string
		}{
			"no group": {api.StartLiveTailInput{LogGroupIdentifiers: []string{arnOf("/x")}}, "ResourceNotFoundException", "The specified log group does not exist."},
			"a name":   {api.StartLiveTailInput{LogGroupIdentifiers: []string{"/a"}}, "InvalidParameterException", "Invalid ARN: /a"},
			"class":    {api.StartLiveTailInput{LogGroupIdentifiers: []string{arnOf("/rare")}}, "InvalidOperationException", "Live Tail is not supported for log groups of class INFREQUENT_ACCESS."},
			"pattern":  {api.StartLiveTailInput{LogGroupIdentifiers: []string{a}, LogEventFilterPattern: new("{ $.a")}, "InvalidParameterException", "Invalid metric filter pattern"},
			"both": {api.StartLiveTailInput{LogGroupIdentifiers: []string{a}, LogStreamNames: []string{"s"}, LogStreamNamePrefixes: []string{"s"}},
				"InvalidParameterException", "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."},
			"streams of two": {api.StartLiveTailInput{LogGroupIdentifiers: []string{a, b}, LogStreamNames: []string{"s"}},
				"InvalidParameterException", "logStreamNames and logStreamNamePrefixes may only be given for one log group."},
		} {
			_, err := w.start(&c.in)
			t.Log(name)
			logstest.Refused(t, err, c.code, c.message)
		}
		in := &api.StartLiveTailInput{LogGroupIdentifiers: []string{a}}
		late, err := w.start(in) // begun, not yet open
		if err != nil {
			t.Fatal(err)
		}
		for range 15 {
			defer w.begin(in).Close()
		}
		_, err = w.start(in)
		logstest.Refused(t, err, "LimitExceededException", "Resource limit exceeded.")
		if _, _, err := late.Next(); err == nil {
			t.Error("a sixteenth session opened")
		}
		_ = late.Close()
	})
}
