package drain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// LogBatch is the data of an outbox record of kind [store.LogEvents]: events for
// one log stream in the order they were put.
type LogBatch struct {
	Group, Stream string
	// Ingested is the time of PutLogEvents, milliseconds since 1970 UTC.
	Ingested int64
	Events   []LogEvent
}

// LogEvent is one event of a batch.
type LogEvent struct {
	Time    int64 // milliseconds since 1970 UTC
	Message []byte
}

// logBatchVersion begins an encoded batch.
const logBatchVersion = 1

// maxBatchEvents is the most events of one PutLogEvents. [Logs: quotas]
const maxBatchEvents = 10_000

var errLogBatch = errors.New("malformed batch of log events")

// Marshal appends the encoded batch to dst: version, group, stream, ingested,
// count, then time (difference to the one before) and message of each event;
// numbers as varints, texts with their length.
func (b *LogBatch) Marshal(dst []byte) []byte {
	dst = append(dst, logBatchVersion)
	dst = appendText(dst, b.Group)
	dst = appendText(dst, b.Stream)
	dst = binary.AppendVarint(dst, b.Ingested)
	dst = binary.AppendUvarint(dst, uint64(len(b.Events)))
	last := b.Ingested
	for _, e := range b.Events {
		dst = binary.AppendVarint(dst, e.Time-last)
		last = e.Time
		dst = appendText(dst, e.Message)
	}
	return dst
}

func appendText[T string | []byte](dst []byte, s T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// UnmarshalLogBatch reads what Marshal wrote. Messages point into data. It
// refuses batches for anything but a log group.
func UnmarshalLogBatch(data []byte) (*LogBatch, error) {
	if len(data) == 0 || data[0] != logBatchVersion {
		return nil, fmt.Errorf("%w: version", errLogBatch)
	}
	d := decoder{b: data[1:]}
	b := &LogBatch{Group: string(d.text()), Stream: string(d.text()), Ingested: d.varint()}
	n := d.uvarint()
	if d.bad || n > maxBatchEvents || n > uint64(len(d.b)/2) { // an event has two bytes at least
		return nil, fmt.Errorf("%w: head", errLogBatch)
	}
	if !logGroup(b.Group) {
		return nil, fmt.Errorf("%w: group %q", errLogBatch, b.Group)
	}
	b.Events = make([]LogEvent, n)
	last := b.Ingested
	for i := range b.Events {
		last += d.varint()
		b.Events[i] = LogEvent{Time: last, Message: d.text()}
	}
	if d.bad || len(d.b) > 0 {
		return nil, fmt.Errorf("%w: events", errLogBatch)
	}
	return b, nil
}

// logGroup tells a log group's name from the groups of audit records.
func logGroup(name string) bool {
	return name != segment.History && !strings.HasPrefix(name, "!")
}

type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) text() []byte {
	n := d.uvarint()
	if d.bad || n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	t := d.b[:n:n]
	d.b = d.b[n:]
	return t
}
