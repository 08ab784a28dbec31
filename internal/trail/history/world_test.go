package history_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/trail/history"
)

const (
	account = "111122223333"
	foreign = "999988887777"
	east    = "us-east-1"
	west    = "eu-west-1"
)

var now = time.Date(2026, 3, 2, 10, 0, 31, 250e6, time.UTC)

// engines are the states that the history's manifests are kept in.
var engines = map[string]func(testing.TB) store.State{
	"mem": func(testing.TB) store.State { return mem.New() },
	"sqlite": func(t testing.TB) store.State {
		db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	},
}

// onEngines runs a test over a history on each engine.
func onEngines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{TB: t, state: open(t), dir: t.TempDir(), vault: secret.NewVault(secret.GenerateMasterKey()), account: account, region: east}
			w.open()
			test(t, w)
		})
	}
}

// world is the history of one server: the service over the store of events.
type world struct {
	testing.TB
	state           store.State
	dir             string
	events          *segment.Store
	vault           *secret.Vault
	s               *history.Service
	account, region string
	n               int
}

func (w *world) open() {
	w.Helper()
	events, err := segment.Open(w.Context(), w.state, w.dir, segment.Options{Now: func() time.Time { return now }})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = events.Close() })
	w.events, w.s = events, &history.Service{Events: reader{events}, Tokens: w.vault}
}

// reader asks the store of events as the server does.
type reader struct{ events *segment.Store }

func (r reader) Lookup(ctx context.Context, q history.Query) ([]history.Found, []byte, error) {
	req := segment.LookupRequest{
		Account: q.Account, Region: q.Region, Attribute: segment.Attribute(q.Key), Value: q.Value,
		From: q.From.UnixMilli(), To: q.To.UnixMilli(), Limit: q.Limit,
	}
	if len(q.After) > 0 {
		req.After = new(segment.Position)
		if err := json.Unmarshal(q.After, req.After); err != nil {
			return nil, nil, err
		}
	}
	res, err := r.events.Lookup(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	var found []history.Found
	for i := range res.Rows {
		f := history.Found{Record: res.Rows[i].Message}
		f.Username, _ = segment.Username(f.Record)
		for _, x := range segment.Resources(f.Record) {
			f.Resources = append(f.Resources, history.Resource(x))
		}
		found = append(found, f)
	}
	var next []byte
	if res.More {
		next, err = json.Marshal(res.Rows[len(res.Rows)-1].Position())
	}
	return found, next, err
}

// event is a record to be: members as they stand in it, each with a comma behind.
type event struct {
	id      string
	at      time.Time
	members string
}

func (e event) record() string {
	return fmt.Sprintf(`{"eventVersion":"1.11",%s"eventTime":"%s","eventID":"%s","eventCategory":"Management"}`, e.members, e.at.Format(time.RFC3339), e.id)
}

// minutes is a time so many minutes before now, a whole second.
func minutes(n int) time.Time { return now.Truncate(time.Second).Add(-time.Duration(n) * time.Minute) }

// add makes events visible, not yet sealed.
func (w *world) add(events ...event) []segment.Row {
	rows := make([]segment.Row, len(events))
	for i, e := range events {
		w.n++
		rows[i] = segment.Row{
			Account: w.account, Region: w.region, Group: segment.History, Time: e.at.UnixMilli(), Ingested: e.at.UnixMilli(),
			Seq: int64(w.n), ID: e.id, Message: []byte(e.record()),
		}
	}
	return w.events.Append(rows)
}

// seal adds events, seals them and opens the store anew: only what the engine and
// the files keep is left.
func (w *world) seal(events ...event) {
	w.Helper()
	rows := w.add(events...)
	m, err := w.events.Seal(w.Context(), rows)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.state.Update(w.Context(), func(tx store.Tx) error { return w.events.Commit(tx, m) }); err != nil {
		w.Fatal(err)
	}
	w.events.Publish(m, len(rows))
	w.open()
}

func (w *world) call() *op.Call {
	return &op.Call{Context: w.Context(), Now: now, Account: w.account, Region: w.region}
}

func (w *world) lookup(in cloudtrail.LookupEventsInput) *cloudtrail.LookupEventsOutput {
	w.Helper()
	out, err := w.s.LookupEvents(w.call(), &in)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// ids are the events' ids in the order of the answer.
func ids(events []cloudtrail.Event) string {
	var list []string
	for _, e := range events {
		list = append(list, *e.EventId)
	}
	return strings.Join(list, " ")
}

func by(key, value string) []cloudtrail.LookupAttribute {
	return []cloudtrail.LookupAttribute{{AttributeKey: key, AttributeValue: value}}
}

// refused checks an error's code, text and status.
func refused(t testing.TB, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message || e.HTTPStatus() != 400 {
		t.Errorf("got  %v\nwant %s (HTTP 400): %s", err, code, message)
	}
}

// fakeEvents notes what it is asked and answers what it is told.
type fakeEvents struct {
	asked []history.Query
	found []history.Found
	next  []byte
	err   error
}

func (f *fakeEvents) Lookup(_ context.Context, q history.Query) ([]history.Found, []byte, error) {
	f.asked = append(f.asked, q)
	return f.found, f.next, f.err
}
