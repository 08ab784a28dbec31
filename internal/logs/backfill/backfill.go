package backfill

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trailfile"
)

// Bounds of one batch. maxRecord is that of a log event. [CloudWatch Logs: PutLogEvents]
const (
	MaxRecords = 5000
	MaxBytes   = 8 << 20
	maxRecord  = 1<<20 - 26
)

// Target is where records go. Without Stream each goes to <account>_CloudTrail_<region> of the record.
type Target struct{ Account, Region, Group, Stream string }

// Outcome counts the records of a batch.
type Outcome struct {
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"` // the group has their eventID
	Expired    int `json:"expired"`    // older than the retention
}

// ErrInput is a batch that is not taken; the message says why.
var ErrInput = errors.New("batch not taken")

// ErrNoGroup says that the log group does not exist.
var ErrNoGroup = errors.New("the log group does not exist")

// Stored are the events of one stream on their way to the log store.
type Stored struct {
	Target
	Ingested int64
	Times    []int64
	Messages [][]byte
}

// Service takes batches. All fields are needed.
type Service struct {
	State store.State
	// Source gives the events of groups of one account and Region.
	Source func(account, region string, groups []string) block.Source
	// Settled returns when everything committed before is visible to Source.
	Settled func(ctx context.Context) error
	// Append puts events into the outbox.
	Append func(tx store.Tx, s Stored) error
	Now    func() time.Time

	mu sync.Mutex
}

type event struct {
	at      int64
	id      string
	stream  string
	message []byte
}

// Import reads records from body, one JSON object a line or as CloudTrail documents, and puts what is new into the group. record
// writes the record of the call in the same transaction, also if the batch is refused (ErrInput, ErrNoGroup) or brings nothing new.
func (s *Service) Import(ctx context.Context, to Target, body io.Reader, record func(store.Tx, Outcome, error) error) (Outcome, error) {
	events, err := read(body, to.Stream)
	s.mu.Lock()
	defer s.mu.Unlock()
	var out Outcome
	if err == nil {
		events, out, err = s.news(ctx, to, events)
	}
	if err != nil && !errors.Is(err, ErrInput) && !errors.Is(err, ErrNoGroup) {
		return Outcome{}, err
	}
	var refused error
	uerr := s.State.Update(ctx, func(tx store.Tx) error {
		if refused = err; refused == nil && len(events) > 0 {
			if refused = s.put(tx, to, events); refused != nil && !errors.Is(refused, ErrNoGroup) {
				return refused
			}
		}
		return record(tx, out, refused)
	})
	if uerr != nil || refused != nil {
		return Outcome{}, cmp.Or(uerr, refused)
	}
	return out, nil
}

// news are the events of a batch that the group has not, and what becomes of all.
func (s *Service) news(ctx context.Context, to Target, events []event) (fresh []event, out Outcome, err error) {
	var floor int64
	err = s.State.View(ctx, func(tx store.Tx) error {
		g, err := group(tx, to)
		if err == nil && g.RetentionDays > 0 {
			floor = s.Now().AddDate(0, 0, -int(g.RetentionDays)).UnixMilli()
		}
		return err
	})
	if err != nil {
		return nil, out, err
	}
	n := len(events)
	events = slices.DeleteFunc(events, func(e event) bool { return e.at < floor })
	out.Expired = n - len(events)
	known, err := s.known(ctx, to, events)
	if err != nil {
		return nil, out, err
	}
	n = len(events)
	events = slices.DeleteFunc(events, func(e event) bool {
		if e.id == "" {
			return false
		}
		again := known[e.id]
		known[e.id] = true // also of a record that stands twice in the batch
		return again
	})
	out.Duplicates, out.Accepted = n-len(events), len(events)
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(strings.Compare(a.stream, b.stream), cmp.Compare(a.at, b.at))
	})
	return events, out, nil
}

// read takes a whole batch apart, or refuses it.
func read(body io.Reader, stream string) ([]event, error) {
	r, err := trailfile.NewReader(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	var out []event
	size := 0
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: record %d: %w", ErrInput, len(out)+1, err)
		}
		switch {
		case !rec.Timed:
			return nil, fmt.Errorf("%w: record %d has no eventTime", ErrInput, len(out)+1)
		case len(rec.Message) > maxRecord:
			return nil, fmt.Errorf("%w: record %d has more than %d bytes", ErrInput, len(out)+1, maxRecord)
		case len(out) == MaxRecords:
			return nil, fmt.Errorf("%w: more than %d records", ErrInput, MaxRecords)
		}
		if size += len(rec.Message); size > MaxBytes { // a small gzip body may be a large batch
			return nil, fmt.Errorf("%w: more than %d bytes of records", ErrInput, MaxBytes)
		}
		e := event{at: rec.Time, id: rec.ID, stream: stream, message: bytes.Clone(rec.Message)}
		if e.stream == "" {
			e.stream = streamOf(e.message)
		}
		out = append(out, e)
	}
}

// streamOf names the stream that a trail would write the record to. A record may say anything, so what is no account and
// no Region does not become part of a name. [CloudTrail: log streams]
func streamOf(message []byte) string {
	account, region := gjson.GetBytes(message, "recipientAccountId").String(), gjson.GetBytes(message, "awsRegion").String()
	if !arn.IsAccount(account) || !arn.IsRegion(region) {
		return "CloudTrail_import"
	}
	return account + "_CloudTrail_" + region
}

func group(tx store.Tx, to Target) (*logs.Group, error) {
	has, err := logs.GroupExists(tx, to.Account, to.Region, to.Group)
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, ErrNoGroup
	}
	return logs.FindGroup(tx, to.Account, to.Region, to.Group)
}

// known finds the eventIDs of the batch that the group has, by the index of the log store.
func (s *Service) known(ctx context.Context, to Target, events []event) (map[string]bool, error) {
	have := map[string]bool{}
	want := map[string]bool{}
	var ids []string
	var from, end int64
	for _, e := range events {
		if e.id == "" || want[e.id] {
			continue
		}
		if len(ids) == 0 || e.at < from {
			from = e.at
		}
		if len(ids) == 0 || e.at > end {
			end = e.at
		}
		want[e.id] = true
		ids = append(ids, e.id)
	}
	if len(ids) == 0 {
		return have, nil
	}
	if err := s.Settled(ctx); err != nil {
		return nil, fmt.Errorf("wait for the log store: %w", err)
	}
	const name = "eventID"
	var mu sync.Mutex
	err := s.Source(to.Account, to.Region, []string{to.Group}).Scan(ctx, block.ScanRequest{
		Start: time.UnixMilli(from), End: time.UnixMilli(end + 1), Fields: []string{block.Timestamp, name},
		Equal: []block.Predicate{{Column: name, Op: block.In, Values: ids}},
	}, func(b *block.Block) error {
		mu.Lock()
		defer mu.Unlock()
		col := b.Column(name)
		var text *block.Column
		if col == nil {
			text = b.Column(block.Message)
		}
		for i := range b.N {
			id := ""
			switch {
			case col != nil:
				id, _ = col.Text(i)
			case text != nil:
				m, _ := text.Text(i)
				id = gjson.Get(m, name).String()
			}
			if want[id] {
				have[strings.Clone(id)] = true
			}
		}
		return b.Done()
	})
	if err != nil {
		return nil, fmt.Errorf("look for records of the batch: %w", err)
	}
	return have, nil
}

// put writes streams and batches. Events are in the order of streams.
func (s *Service) put(tx store.Tx, to Target, events []event) error {
	g, err := group(tx, to)
	if err != nil {
		return err
	}
	oldest := slices.MinFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) }).at
	if g.Imported == 0 || oldest < g.Imported {
		g.Imported = oldest
		if err := logs.Groups.Put(tx, g); err != nil {
			return fmt.Errorf("oldest record of the log group: %w", err)
		}
	}
	now := s.Now().UnixMilli()
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].stream == events[0].stream {
			n++
		}
		b := Stored{Target: Target{g.Account, g.Region, g.Name, events[0].stream}, Ingested: now}
		for _, e := range events[:n] {
			b.Times, b.Messages = append(b.Times, e.at), append(b.Messages, e.message)
		}
		events = events[n:]
		has, err := logs.Streams.Has(tx, store.K(g.Account, g.Region, g.ID, b.Stream))
		if err != nil {
			return fmt.Errorf("look for log stream: %w", err)
		}
		if !has {
			if _, err := logs.AddStream(tx, g, b.Stream, now); err != nil {
				return fmt.Errorf("new log stream: %w", err)
			}
		}
		if err := s.Append(tx, b); err != nil {
			return err
		}
	}
	return nil
}
