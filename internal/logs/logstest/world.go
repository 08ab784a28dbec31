package logstest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

// The owner of everything in a World.
const (
	Account = "111122223333"
	Region  = "eu-west-1"
)

// World is a State, a clock, tokens and a log store.
type World struct {
	T      testing.TB
	State  store.State
	Clock  time.Time
	Vault  *secret.Vault
	Store  *Store
	Caller principal.Principal
	calls  int
	mu     sync.Mutex
}

// New makes an empty world at noon of 1 March 2026.
func New(t testing.TB) *World {
	t.Helper()
	vault := secret.NewVault(secret.GenerateMasterKey())
	db := mem.New()
	t.Cleanup(func() { _ = db.Close() })
	return &World{
		T: t, State: db, Vault: vault, Clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Store: &Store{}, Caller: principal.RootOf(Account, "AKIAEXAMPLE000000001"),
	}
}

// Now implements the clocks of the services.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Clock
}

// Advance moves the clock; a test must use it while a service runs.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Clock = w.Clock.Add(d)
}

// MS is the time in milliseconds.
func (w *World) MS() int64 { return w.Clock.UnixMilli() }

// Do runs one call in a transaction and returns the resources of its record.
func (w *World) Do(run func(c *op.Call) error) (resources []string, err error) {
	w.T.Helper()
	w.calls++
	b := &audit.Builder{}
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", w.calls)
	err = w.State.Update(w.T.Context(), func(tx store.Tx) error {
		return run(&op.Call{
			Context: w.T.Context(), Now: w.Clock, Caller: w.Caller, Account: w.Caller.Account, Region: Region,
			RequestID: id, Tx: tx, Record: b,
		})
	})
	return Resources(b), err
}

// Must is Do for calls that the test needs to succeed.
func (w *World) Must(run func(c *op.Call) error) []string {
	w.T.Helper()
	r, err := w.Do(run)
	if err != nil {
		w.T.Fatalf("call: %v", err)
	}
	return r
}

// Resources shows the resources of a record as type and ARN.
func Resources(b *audit.Builder) []string {
	enc := &audit.Encoder{Hidden: audit.HiddenForSecurity}
	line := enc.Append(nil, &audit.Event{Builder: b})
	var rec struct{ Resources []struct{ Type, ARN string } }
	if err := json.Unmarshal(line, &rec); err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, r := range rec.Resources {
		out = append(out, r.Type+" "+r.ARN)
	}
	return out
}

// Refused checks an error's code and message.
func Refused(t testing.TB, err error, code, message string) {
	t.Helper()
	e, ok := err.(*schema.Error)
	if !ok {
		t.Fatalf("error %v, want %s", err, code)
	}
	if e.Code != code || e.Message != message {
		t.Errorf("refused with %s %q, want %s %q", e.Code, e.Message, code, message)
	}
}

// Encode is a plain encoding of batches for the outbox.
func Encode(account, region, group, stream string, ingested int64, events []api.InputLogEvent) ([]byte, error) {
	b := batch{account, region, group, stream, ingested, events}
	return json.Marshal(b)
}

type batch struct {
	Account, Region, Group, Stream string
	Ingested                       int64
	Events                         []api.InputLogEvent
}

// Drain makes events of the batches in the outbox and runs the settlers over
// them; it returns the events.
func (w *World) Drain(settlers ...func(tx store.Tx, now int64, events []logs.Event) error) []logs.Event {
	w.T.Helper()
	taken, err := w.State.Take(w.T.Context(), 1000)
	if err != nil {
		w.T.Fatal(err)
	}
	var events []logs.Event
	var ids []int64
	for _, r := range taken {
		ids = append(ids, r.ID)
		var b batch
		if err := json.Unmarshal(r.Data, &b); err != nil {
			w.T.Fatal(err)
		}
		for _, e := range b.Events {
			events = append(events, logs.Event{
				Account: b.Account, Region: b.Region, Group: b.Group, Stream: b.Stream,
				Time: e.Timestamp, Ingested: b.Ingested, Message: []byte(e.Message),
			})
		}
	}
	w.Settle(w.Store.Append(events), ids, settlers...)
	return events
}

// Settle runs settlers in one transaction.
func (w *World) Settle(events []logs.Event, ids []int64, settlers ...func(tx store.Tx, now int64, events []logs.Event) error) {
	w.T.Helper()
	err := w.State.Update(w.T.Context(), func(tx store.Tx) error {
		tx.Settle(ids)
		for _, s := range settlers {
			if err := s(tx, w.MS(), events); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Store is a log store in memory: logs.Reader, logs.Marks and sources of queries.
type Store struct {
	mu     sync.Mutex
	events []logs.Event
	marks  []mark
	Days   map[string]int // retention by group
}

type mark struct {
	account, region, group, stream string
	at                             int64
}

// Append takes events in and numbers them.
func (s *Store) Append(events []logs.Event) []logs.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range events {
		events[i].Ord = int64(len(s.events) + 1)
		s.events = append(s.events, events[i])
	}
	return events
}

// Forget implements logs.Marks.
func (s *Store) Forget(_ store.Tx, account, region, group, stream string, before int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks = append(s.marks, mark{account, region, group, stream, before})
	return nil
}

// Retain implements logs.Marks.
func (s *Store) Retain(_ store.Tx, _, _, group string, days int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Days == nil {
		s.Days = make(map[string]int)
	}
	s.Days[group] = days
	return nil
}

func (s *Store) hidden(e *logs.Event) bool {
	return slices.ContainsFunc(s.marks, func(m mark) bool {
		return m.account == e.Account && m.region == e.Region && m.group == e.Group && (m.stream == "" || m.stream == e.Stream) && e.Ingested <= m.at
	})
}

// Events implements logs.Reader.
func (s *Store) Events(_ context.Context, r logs.Request) (logs.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []logs.Event
	for _, e := range s.events {
		if e.Account != r.Account || e.Region != r.Region || e.Group != r.Group || s.hidden(&e) {
			continue
		}
		if len(r.Streams) > 0 && !slices.Contains(r.Streams, e.Stream) || !strings.HasPrefix(e.Stream, r.StreamPrefix) {
			continue
		}
		if e.Time < r.From || r.To != 0 && e.Time >= r.To {
			continue
		}
		all = append(all, e)
	}
	compare := func(a, b logs.Position) int {
		if a.Time != b.Time {
			return int(a.Time - b.Time)
		}
		return int(a.Ord - b.Ord)
	}
	place := func(e *logs.Event) logs.Position { return logs.Position{Time: e.Time, Ord: e.Ord} }
	slices.SortFunc(all, func(a, b logs.Event) int { return compare(place(&a), place(&b)) })
	if r.Backward {
		slices.Reverse(all)
	}
	var p logs.Page
	size := int64(0)
	for i := range all {
		if r.After != nil {
			if c := compareFar(place(&all[i]), *r.After); !r.Backward && c <= 0 || r.Backward && c >= 0 {
				continue
			}
		}
		size += int64(len(all[i].Message))
		if len(p.Events) == r.Limit || r.MaxBytes > 0 && size > r.MaxBytes && len(p.Events) > 0 {
			p.More = true
			break
		}
		p.Events = append(p.Events, all[i])
	}
	return p, nil
}

// compareFar compares without overflow.
func compareFar(a, b logs.Position) int {
	switch {
	case a.Time < b.Time || a.Time == b.Time && a.Ord < b.Ord:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// Source gives the events of groups to a query.
func (s *Store) Source(account, region string, groups []string) block.Source {
	return source{s, account, region, groups}
}

type source struct {
	s               *Store
	account, region string
	groups          []string
}

// Scan implements block.Source: one block with the columns that every engine has.
func (s source) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	var times, ingested []int64
	var messages, streams, groups, ptrs []string
	for _, g := range s.groups {
		p, err := s.s.Events(ctx, logs.Request{
			Account: s.account, Region: s.region, Group: g, From: req.Start.UnixMilli(), To: req.End.UnixMilli(), Limit: 1 << 20,
		})
		if err != nil {
			return err
		}
		for _, e := range p.Events {
			times, ingested = append(times, e.Time), append(ingested, e.Ingested)
			messages, streams = append(messages, string(e.Message)), append(streams, e.Stream)
			groups, ptrs = append(groups, s.account+":"+g), append(ptrs, fmt.Sprintf("ptr-%d", e.Ord))
		}
	}
	if len(times) == 0 {
		return ctx.Err()
	}
	b := &block.Block{N: len(times), Columns: map[string]*block.Column{
		block.Timestamp: block.TimeColumn(times), block.IngestionTime: block.TimeColumn(ingested),
		block.Message: block.StringColumn(messages, nil), block.LogStream: block.StringColumn(streams, nil),
		block.Log: block.StringColumn(groups, nil), block.Ptr: block.StringColumn(ptrs, nil),
	}}
	if err := yield(b); err != nil && err != block.ErrStop {
		return err
	}
	return ctx.Err()
}
