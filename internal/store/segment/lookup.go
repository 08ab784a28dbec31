package segment

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Attribute is what LookupEvents can search by; the texts are AWS's keys.
type Attribute string

// The attributes. Insights events know only the first three.
const (
	ByEventID      Attribute = "EventId"
	ByEventName    Attribute = "EventName"
	ByEventSource  Attribute = "EventSource"
	ByReadOnly     Attribute = "ReadOnly" // "true" or "false"
	ByUsername     Attribute = "Username"
	ByResourceType Attribute = "ResourceType"
	ByResourceName Attribute = "ResourceName"
	ByAccessKeyID  Attribute = "AccessKeyId"
)

// LookupRequest asks for events of an account's history, newest first.
type LookupRequest struct {
	Account, Region string
	// Insights asks for Insights events instead of management events.
	Insights bool
	// Attribute is empty for all events.
	Attribute Attribute
	Value     string
	// From and To are inclusive, milliseconds since 1970 UTC; 0 leaves the end open.
	From, To int64
	// Limit is the most events to return, at least 1.
	Limit int
	// After is the position of the last event of the page before, or nil.
	After *Position
}

// LookupResult is a page of events.
type LookupResult struct {
	Rows []Row
	// More tells that events follow; ask with the last row's position.
	More bool
}

// Position returns the row's place for paging.
func (r *Row) Position() Position { return Position{r.Time, r.Ord} }

// Lookup finds history events by at most one attribute, newest first.
func (s *Store) Lookup(ctx context.Context, req LookupRequest) (LookupResult, error) {
	q := query{
		key:  Key{req.Account, req.Region, History},
		from: req.From, to: math.MaxInt64, newest: true, after: req.After, limit: req.Limit,
	}
	if req.Insights {
		q.key.Group = Insights
	}
	if req.To != 0 {
		q.to = req.To + 1
	}
	if req.Limit < 1 {
		return LookupResult{}, fmt.Errorf("lookup: limit %d", req.Limit)
	}
	if req.Attribute != "" {
		cond, err := lookupCondition(req)
		if err != nil {
			return LookupResult{}, err
		}
		q.cond = cond
	}
	rows, more, err := s.pick(ctx, q)
	if err != nil {
		return LookupResult{}, fmt.Errorf("lookup: %w", err)
	}
	return LookupResult{Rows: rows, More: more}, nil
}

func lookupCondition(req LookupRequest) (*condition, error) {
	want := req.Value
	equal := func(column, path, text string) *condition {
		return &condition{
			column: column, equal: &text,
			test: func(t string, has bool) bool { return has && t == text },
			row: func(r *Row) bool {
				v := gjson.GetBytes(r.Message, path)
				return v.Type == gjson.String && v.Str == want || v.IsBool() && v.Raw == want
			},
		}
	}
	switch req.Attribute {
	case ByEventID:
		c := equal("eventID", "eventID", want)
		c.row = func(r *Row) bool { return r.ID == want || gjson.GetBytes(r.Message, "eventID").Str == want }
		return c, nil
	case ByEventName:
		if req.Insights { // they name the call in their details
			return insightCondition("insightDetails.eventName", want), nil
		}
		return equal("eventName", "eventName", want), nil
	case ByEventSource:
		if req.Insights {
			return insightCondition("insightDetails.eventSource", want), nil
		}
		return equal("eventSource", "eventSource", want), nil
	case ByAccessKeyID:
		return equal("userIdentity.accessKeyId", "userIdentity.accessKeyId", want), nil
	case ByReadOnly:
		text := map[string]string{"true": "1", "false": "0"}[want]
		if text == "" {
			text = "\x00" // no row has it
		}
		return equal(boolColumn, "readOnly", text), nil
	case ByUsername:
		return &condition{
			column: colUser, equal: &want,
			test: func(t string, has bool) bool { return has && t == want },
			row: func(r *Row) bool {
				name, ok := Username(r.Message)
				return ok && name == want
			},
		}, nil
	case ByResourceType, ByResourceName:
		byName := req.Attribute == ByResourceName
		return &condition{
			column: colResources,
			test:   func(t string, has bool) bool { return has && hasResource(t, want, byName) },
			row:    func(r *Row) bool { return hasResource(lookupText(Resources(r.Message)), want, byName) },
		}, nil
	}
	return nil, fmt.Errorf("lookup: unknown attribute %q", req.Attribute)
}

// insightCondition reads the message: Insights events are few.
func insightCondition(path, want string) *condition {
	return &condition{
		column: "\x00none",
		row:    func(r *Row) bool { return gjson.GetBytes(r.Message, path).Str == want },
	}
}

// maxEventsBytes bounds the messages of a page.
const maxEventsBytes = 64 << 20

// EventsRequest asks for a page of a log group's events in the order of time.
type EventsRequest struct {
	Account, Region, Group string
	// Streams restricts to these streams, StreamPrefix to those beginning so; both empty means all.
	Streams      []string
	StreamPrefix string
	// From is inclusive, To exclusive, milliseconds since 1970 UTC; To 0 leaves the end open.
	From, To int64
	// Backward begins at the newest event; the rows then come newest first.
	Backward bool
	// Limit is the most rows, at least 1; MaxBytes bounds the sum of the messages'
	// sizes (one row always fits), 0 meaning maxEventsBytes.
	Limit    int
	MaxBytes int64
	// After is the position of the last row of the page before, in the direction of reading, or nil.
	After *Position
}

// EventsResult is a page of events.
type EventsResult struct {
	Rows []Row
	// More tells that rows follow in the direction of reading.
	More bool
}

// Events returns a page of events of a log group.
func (s *Store) Events(ctx context.Context, req EventsRequest) (EventsResult, error) {
	if req.Limit < 1 {
		return EventsResult{}, fmt.Errorf("events: limit %d", req.Limit)
	}
	q := query{
		key:  Key{req.Account, req.Region, req.Group},
		from: req.From, to: math.MaxInt64, newest: req.Backward, after: req.After,
		limit: req.Limit, maxBytes: req.MaxBytes,
	}
	if req.To != 0 {
		q.to = req.To
	}
	if q.maxBytes <= 0 {
		q.maxBytes = maxEventsBytes
	}
	if len(req.Streams) > 0 || req.StreamPrefix != "" {
		wanted := func(stream string) bool {
			if len(req.Streams) > 0 && !slices.Contains(req.Streams, stream) {
				return false
			}
			return strings.HasPrefix(stream, req.StreamPrefix)
		}
		q.cond = &condition{
			column: colStream,
			test:   func(t string, _ bool) bool { return wanted(t) },
			row:    func(r *Row) bool { return wanted(r.Stream) },
		}
	}
	rows, more, err := s.pick(ctx, q)
	if err != nil {
		return EventsResult{}, fmt.Errorf("events of %s: %w", req.Group, err)
	}
	return EventsResult{Rows: rows, More: more}, nil
}

// At returns the event that a pointer (see Pointer) names, within the account;
// ok is false when there is none, or none that may be seen any more.
func (s *Store) At(ctx context.Context, account, pointer string) (row Row, ok bool, err error) {
	k, pos, err := ParsePointer(account, pointer)
	if err != nil {
		return Row{}, false, nil // a pointer nobody made names nothing
	}
	before := Position{pos.Time, pos.Ord - 1}
	rows, _, err := s.pick(ctx, query{key: k, from: pos.Time, to: pos.Time + 1, after: &before, limit: 1})
	if err != nil {
		return Row{}, false, fmt.Errorf("event by pointer: %w", err)
	}
	if len(rows) == 0 || rows[0].Position() != pos {
		return Row{}, false, nil
	}
	return rows[0], true, nil
}
