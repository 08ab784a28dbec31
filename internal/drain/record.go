package drain

import (
	"context"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/tidwall/gjson"
)

// Categories of audit records. [CloudTrail: record contents]
const (
	Management      = "Management"
	Data            = "Data"
	NetworkActivity = "NetworkActivity"
	Insight         = "Insight"
)

// Record is an audit record on its way.
type Record struct {
	Account, Region string
	// Seq is the account's gap-free sequence number, from 1.
	Seq     int64
	EventID string
	// Data is the record's text. It must not be changed.
	Data     []byte
	Category string
	// Time is the record's eventTime, in whole seconds.
	Time time.Time
}

// Router decides which log groups get a copy of a record (trails with a log
// group). It returns the rows to add, in groups that are log groups; their
// Ingested is filled in when 0. It may be asked again for the same record.
type Router interface {
	Route(ctx context.Context, rec Record) ([]segment.Row, error)
}

// Settler takes part in the transaction that settles a batch: it moves its own
// state forward by the batch (delivery buffers, metric filters). It may run more
// than once for a batch and must have no effect outside tx; an error undoes the
// whole transaction, which is then tried again.
type Settler interface {
	Settle(tx store.Tx, batch Batch) error
}

// Segments is where rows go; [segment.Store] explains each method.
type Segments interface {
	Append(rows []segment.Row) []segment.Row
	Full() bool
	WaitRoom(ctx context.Context) error
	Seal(ctx context.Context, rows []segment.Row) (segment.Manifest, error)
	Commit(tx store.Tx, m segment.Manifest) error
	Publish(m segment.Manifest, n int)
}

var _ Segments = (*segment.Store)(nil)

// Batch is what one transaction settles.
type Batch struct {
	// Records are the audit records in the order of their numbers per account.
	Records []Record
	// Rows are all rows of the batch: history and log groups, in order of arrival.
	Rows []segment.Row
}

// sequence is an account's last number.
type sequence struct {
	Account string
	Last    int64
}

var sequences = store.Table[sequence]{
	Name: "drain.sequence",
	Key:  func(s *sequence) store.Key { return store.K(s.Account) },
}

// progress counts settled batches, so that the outcome of a commit whose answer
// was lost can be found out.
type progress struct{ Batches int64 }

var progresses = store.Table[progress]{
	Name: "drain.progress",
	Key:  func(*progress) store.Key { return store.K("batches") },
}

// Rejected is an outbox record that could not be read.
type Rejected struct {
	ID              int64 // in the outbox
	Account, Region string
	Kind            store.RecordKind
	Data            []byte
	Reason          string
	At              time.Time
}

var rejections = store.Table[Rejected]{
	Name: "drain.rejected",
	Key:  func(r *Rejected) store.Key { return store.K(r.At.UnixMilli(), r.ID) },
}

// item is one taken outbox record with what became of it.
type item struct {
	id       int64
	record   *Record // of an audit record
	history  bool
	time     int64
	rows     []segment.Row // as Append returned them
	bytes    int           // of the record and the rows' messages
	rejected *Rejected
}

// recordOf reads an audit record.
func recordOf(t store.Taken, now time.Time) Record {
	f := gjson.GetManyBytes(t.Data, "eventID", "eventCategory", "managementEvent", "eventTime", "awsRegion")
	r := Record{Account: t.Account, Region: t.Region, EventID: t.Record.ID, Data: t.Data, Category: f[1].Str}
	if r.EventID == "" {
		r.EventID = f[0].Str
	}
	if r.Region == "" {
		r.Region = f[4].Str
	}
	if r.Category == "" { // records before version 1.07
		r.Category = Management
		if f[2].Type == gjson.False {
			r.Category = Data
		}
	}
	var err error
	if r.Time, err = time.Parse(time.RFC3339, f[3].Str); err != nil {
		r.Time = now
	}
	r.Time = r.Time.UTC().Truncate(time.Second)
	return r
}

// historyRow is the row of a record in the history, or ok is false for records
// that are not kept there.
func historyRow(r Record, now time.Time) (row segment.Row, ok bool) {
	group := segment.History
	switch r.Category {
	case Management:
	case Insight:
		group = segment.Insights
	default:
		return segment.Row{}, false
	}
	return segment.Row{
		Account: r.Account, Region: r.Region, Group: group, Time: r.Time.UnixMilli(), Ingested: now.UnixMilli(),
		Seq: r.Seq, ID: r.EventID, Message: r.Data,
	}, true
}
