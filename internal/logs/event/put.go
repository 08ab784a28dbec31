package event

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Limits of PutLogEvents. [CloudWatch Logs: PutLogEvents]
const (
	maxBatch  = 1 << 20 // bytes of a batch, and of one event
	overhead  = 26      // bytes counted per event beside its message
	maxEvents = 10_000
	hourMS    = int64(60 * 60 * 1000)
	dayMS     = 24 * hourMS
	maxSpan   = dayMS      // of a batch
	maxAge    = 14 * dayMS // of an event
	maxAhead  = 2 * hourMS // of an event
)

// PutLogEvents takes events for a stream. Events that are too old, expired or
// too far ahead are left out and reported; the rest is accepted.
func (s *Service) PutLogEvents(c *op.Call, in *api.PutLogEventsInput) (*api.PutLogEventsOutput, error) {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	has, err := logs.Streams.Has(c.Tx, store.K(g.Account, g.Region, g.ID, in.LogStreamName))
	if err != nil {
		return nil, fmt.Errorf("look for log stream: %w", err)
	}
	if !has {
		return nil, logs.NoStream()
	}
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	now := c.Now.UnixMilli()
	events, rejected := accept(in.LogEvents, now, g.RetentionDays)
	if n := len(events); n > 0 && events[n-1].Timestamp-events[0].Timestamp > maxSpan {
		return nil, logs.Invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	out := &api.PutLogEventsOutput{NextSequenceToken: new(logs.SequenceToken(now)), RejectedLogEventsInfo: rejected, RejectedEntityInfo: checkEntity(in.Entity, g)}
	if len(events) == 0 {
		return out, nil
	}
	data, err := s.Encode(Batch{
		Account: g.Account, Region: g.Region, Group: g.Name, Stream: in.LogStreamName, Ingested: now, Events: events,
	})
	if err != nil {
		return nil, fmt.Errorf("encode log events: %w", err)
	}
	c.Tx.Append(store.Record{Kind: store.LogEvents, Account: g.Account, Region: g.Region, ID: c.RequestID, Data: data})
	return out, nil
}

// checkBatch refuses a batch as a whole.
func checkBatch(events []api.InputLogEvent) error {
	if len(events) > maxEvents {
		return logs.Invalid(fmt.Sprintf("Too many log events: %d exceeds limit of %d", len(events), maxEvents)) // (inferred)
	}
	size := 0
	for i := range events {
		n := len(events[i].Message) + overhead
		if n > maxBatch {
			return logs.Invalid(fmt.Sprintf("Log event too large: %d bytes exceeds limit of %d", n, maxBatch))
		}
		size += n
		if i > 0 && events[i].Timestamp < events[i-1].Timestamp {
			return logs.Invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if size > maxBatch {
		return logs.Invalid(fmt.Sprintf("Upload too large: %d bytes exceeds limit of %d", size, maxBatch))
	}
	return nil
}

// accept cuts off what cannot be taken at either end; rejected is nil when all can.
func accept(events []api.InputLogEvent, now, retentionDays int64) ([]api.InputLogEvent, *api.RejectedLogEventsInfo) {
	before := func(limit int64) int64 {
		n := int64(0)
		for n < int64(len(events)) && events[n].Timestamp < limit {
			n++
		}
		return n
	}
	var old, expired int64
	old = before(now - maxAge)
	if retentionDays > 0 {
		expired = before(now - retentionDays*dayMS)
	}
	ahead := before(now + maxAhead + 1)
	if old == 0 && expired == 0 && ahead == int64(len(events)) {
		return events, nil
	}
	r := &api.RejectedLogEventsInfo{}
	if old > 0 {
		r.TooOldLogEventEndIndex = &old
	}
	if expired > 0 {
		r.ExpiredLogEventEndIndex = &expired
	}
	if ahead < int64(len(events)) {
		r.TooNewLogEventStartIndex = &ahead
	}
	return events[max(old, expired):ahead], r
}
