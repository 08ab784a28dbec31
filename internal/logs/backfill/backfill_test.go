package backfill_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/backfill"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

type world struct {
	*logstest.World
	svc    *backfill.Service
	groups *group.Service
	put    []backfill.Stored
	// told is what the record of the last import was told: its outcome and refusal.
	told    backfill.Outcome
	refused error
	records int
}

func newWorld(t *testing.T) *world {
	w := &world{World: logstest.New(t)}
	w.groups = &group.Service{Marks: w.Store, Tokens: w.Vault}
	w.svc = &backfill.Service{State: w.State, Source: w.Store.Source, Settled: func(context.Context) error { return nil }, Now: w.Now,
		Append: func(_ store.Tx, s backfill.Stored) error { w.put = append(w.put, s); return nil }}
	w.Must(func(c *op.Call) error {
		return w.groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "archive"})
	})
	return w
}

var to = backfill.Target{Account: logstest.Account, Region: logstest.Region, Group: "archive"}

// load imports a body and stores what was put, as the drainer does.
func (w *world) load(to backfill.Target, body string) (backfill.Outcome, error) {
	w.put, w.records = nil, 0
	out, err := w.svc.Import(w.T.Context(), to, strings.NewReader(body), func(_ store.Tx, out backfill.Outcome, refused error) error {
		w.told, w.refused = out, refused
		w.records++
		return nil
	})
	if w.records != 1 || w.told != out && err == nil || !errors.Is(err, w.refused) {
		w.T.Errorf("%d records, of %+v, %v; answered %+v, %v", w.records, w.told, w.refused, out, err)
	}
	for _, s := range w.put {
		var events []logs.Event
		for i, at := range s.Times {
			events = append(events, logs.Event{Account: s.Account, Region: s.Region, Group: s.Group, Stream: s.Stream, Time: at, Ingested: s.Ingested, Message: s.Messages[i]})
		}
		w.Store.Append(events)
	}
	return out, err
}

func record(id, at, region string) string {
	return fmt.Sprintf(`{"eventID":%q,"eventTime":%q,"recipientAccountId":"111122223333","awsRegion":%q}`, id, at, region)
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := record("a", "2024-01-02T00:00:00Z", "us-east-1"), record("b", "2023-01-01T00:00:00Z", "us-east-1"), record("c", "2025-01-01T00:00:00Z", "eu-west-1")
	out, err := w.load(to, `{"Records":[`+a+","+b+","+c+","+a+`]}`)
	if want := (backfill.Outcome{Accepted: 3, Duplicates: 1}); err != nil || out != want {
		t.Fatalf("%+v, %v", out, err)
	}
	var streams []string
	for _, s := range w.put {
		streams = append(streams, s.Stream)
		if !slices.IsSorted(s.Times) {
			t.Errorf("times of %s: %v", s.Stream, s.Times)
		}
	}
	if want := []string{"111122223333_CloudTrail_eu-west-1", "111122223333_CloudTrail_us-east-1"}; !slices.Equal(streams, want) {
		t.Errorf("streams %v", streams)
	}
	// The same again, with one that is new.
	d := record("d", "2024-06-01T00:00:00Z", "us-east-1")
	out, err = w.load(to, a+"\n"+d+"\n"+c+"\n")
	if want := (backfill.Outcome{Accepted: 1, Duplicates: 2}); err != nil || out != want {
		t.Errorf("again: %+v, %v", out, err)
	}
	w.Must(func(c *op.Call) error {
		g, err := logs.FindGroup(c.Tx, to.Account, to.Region, to.Group)
		if err == nil && g.Imported != 1672531200000 {
			t.Errorf("oldest record %d", g.Imported)
		}
		return err
	})
	// A stream of one's own, and a record that names no stream that can be.
	named := to
	named.Stream = "mine"
	if _, err := w.load(named, record("e", "2024-06-01T00:00:00Z", "us-east-1")); err != nil || w.put[0].Stream != "mine" {
		t.Errorf("%v, %v", w.put, err)
	}
	if _, err := w.load(to, record("f", "2024-06-01T00:00:00Z", "../x:*")); err != nil || w.put[0].Stream != "CloudTrail_import" {
		t.Errorf("%v, %v", w.put, err)
	}
}

func TestImport_retention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Must(func(c *op.Call) error {
		return w.groups.PutRetentionPolicy(c, &api.PutRetentionPolicyInput{LogGroupName: "archive", RetentionInDays: 30})
	})
	out, err := w.load(to, record("a", "2024-01-01T00:00:00Z", "us-east-1")+record("b", "2026-02-28T00:00:00Z", "us-east-1"))
	if want := (backfill.Outcome{Accepted: 1, Expired: 1}); err != nil || out != want {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestImport_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := to
	other.Group = "none"
	foreign := to
	foreign.Account = "999999999999"
	line := record("a", "2024-01-01T00:00:00Z", "us-east-1") + "\n"
	for name, c := range map[string]struct {
		to   backfill.Target
		body string
		want error
	}{
		"no group":          {other, line, backfill.ErrNoGroup},
		"group of another":  {foreign, line, backfill.ErrNoGroup},
		"not JSON":          {to, line + "hello", backfill.ErrInput},
		"no time":           {to, line + `{"eventID":"x"}`, backfill.ErrInput},
		"too many":          {to, strings.Repeat(line, backfill.MaxRecords+1), backfill.ErrInput},
		"a record too long": {to, `{"eventTime":"2024-01-01T00:00:00Z","x":"` + strings.Repeat("a", 1<<20) + `"}`, backfill.ErrInput},
	} {
		out, err := w.load(c.to, c.body)
		if !errors.Is(err, c.want) || out != (backfill.Outcome{}) || len(w.put) > 0 {
			t.Errorf("%s: %+v, %v, %d batches", name, out, err, len(w.put))
		}
	}
}
