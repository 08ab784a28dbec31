package logs

import (
	"context"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Event is a log event as the drainer hands it over and readers get it.
type Event struct {
	Account, Region, Group, Stream string
	// Time is the event's time, Ingested that of its arrival; milliseconds since 1970 UTC.
	Time, Ingested int64
	// Ord is the order of arrival in the log store; it tells events of one time apart. 0 before the store knows it.
	Ord     int64
	Message []byte
}

// Position is an event's place in its group: by time, then by order of arrival.
type Position struct{ Time, Ord int64 }

// Request asks the log store for a page of a group's events.
type Request struct {
	Account, Region, Group string
	// Streams restricts to these streams, StreamPrefix to those beginning so; both empty means all.
	Streams      []string
	StreamPrefix string
	// From is inclusive, To exclusive, milliseconds since 1970 UTC; To 0 leaves the end open.
	From, To int64
	// Backward begins at the newest event; the events then come newest first.
	Backward bool
	// Limit is the most events, at least 1; MaxBytes, if positive, bounds their
	// messages together (one event always fits).
	Limit    int
	MaxBytes int64
	// After is the place of the last event of the page before, in the direction of reading, or nil.
	After *Position
}

// Page is a part of a group's events.
type Page struct {
	Events []Event
	// More tells that events follow in the direction of reading.
	More bool
}

// Reader is the log store as operations read it. It never returns what a deleted
// group or stream, or the retention, hides.
type Reader interface {
	Events(ctx context.Context, r Request) (Page, error)
}

// Marks hide events in the log store from the commit of tx on.
type Marks interface {
	// Forget hides events of the group, or of its stream if that is not empty,
	// that were ingested up to before (milliseconds).
	Forget(tx store.Tx, account, region, group, stream string, before int64) error
	// Retain hides events older than so many days; 0 keeps all.
	Retain(tx store.Tx, account, region, group string, days int) error
}

// Tokens seals what a client carries from page to page.
type Tokens interface {
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}
