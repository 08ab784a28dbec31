package embedded

import (
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Encode makes the outbox data of a batch as the drainer reads it.
func Encode(b event.Batch) ([]byte, error) {
	out := drain.LogBatch{Group: b.Group, Stream: b.Stream, Ingested: b.Ingested, Events: make([]drain.LogEvent, len(b.Events))}
	size := 0
	for i := range b.Events {
		out.Events[i] = drain.LogEvent{Time: b.Events[i].Timestamp, Message: []byte(b.Events[i].Message)}
		size += len(b.Events[i].Message) + 10
	}
	return out.Marshal(make([]byte, 0, size+64)), nil
}

// Step follows delivered events of log groups; now is in milliseconds.
type Step func(tx store.Tx, now int64, events []logs.Event) error

// Settler runs steps over the log groups' events of a drained batch.
type Settler struct {
	Now   func() time.Time
	Steps []Step
}

var _ drain.Settler = (*Settler)(nil)

// Settle implements drain.Settler.
func (s *Settler) Settle(tx store.Tx, b drain.Batch) error {
	var events []logs.Event
	for i := range b.Rows {
		if r := &b.Rows[i]; r.Group != segment.History && !strings.HasPrefix(r.Group, "!") {
			events = append(events, eventOf(r))
		}
	}
	now := s.Now().UnixMilli()
	for _, step := range s.Steps {
		if err := step(tx, now, events); err != nil {
			return err
		}
	}
	return nil
}
