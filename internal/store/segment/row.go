package segment

import "strings"

// Groups that are not log groups. A log group's name cannot be empty and cannot
// hold an exclamation mark.
const (
	// History is the group of an account's management events.
	History = ""
	// Insights is the group of an account's CloudTrail Insights events.
	Insights = "!insights"
)

// Row is one event.
type Row struct {
	Account, Region string
	// Group is a log group's name, History or Insights.
	Group string
	// Stream is the log stream; empty in History.
	Stream string
	// Time is the event's time, Ingested the time of its arrival; milliseconds since 1970 UTC.
	Time, Ingested int64
	// Seq is the account's gap-free sequence number of an audit record, 0 for other events.
	Seq int64
	// ID is the eventID of an audit record, or what the writer derived; may be empty.
	ID string
	// Message is the exact text. It must not change after Append.
	Message []byte
	// Ord is the order of arrival, given by Append; unique in a store.
	Ord int64
}

// rowOverhead is what a row costs in memory besides its message, in bytes.
const rowOverhead = 224

func (r *Row) cost() int64 { return int64(len(r.Message)) + rowOverhead }

// Key names a group.
type Key struct{ Account, Region, Group string }

func (k Key) compare(o Key) int {
	if c := strings.Compare(k.Account, o.Account); c != 0 {
		return c
	}
	if c := strings.Compare(k.Region, o.Region); c != 0 {
		return c
	}
	return strings.Compare(k.Group, o.Group)
}

func (r *Row) key() Key { return Key{r.Account, r.Region, r.Group} }
