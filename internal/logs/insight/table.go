package insight

import (
	"github.com/cogtrail/cogtrail/internal/store"
)

// States of a query. [CloudWatch Logs: GetQueryResults]
const (
	Scheduled = "Scheduled"
	Running   = "Running"
	Complete  = "Complete"
	Failed    = "Failed"
	Cancelled = "Cancelled"
	Timeout   = "Timeout"
)

// Query is one query. Times are milliseconds since 1970 UTC.
type Query struct {
	Account, Region, ID string
	Text                string
	Groups              []string
	// Own says that the text chooses its groups itself.
	Own bool `json:",omitempty"`
	// Inner are the groups that subqueries may read.
	Inner []string `json:",omitempty"`
	// Clear says that protected data is shown: the query asks for it, and its user may see it.
	Clear bool `json:",omitempty"`
	User  string
	// Start is the first instant, End the first after the range.
	Start, End int64
	Limit      int

	Status  string
	Created int64
	Started int64  `json:",omitempty"`
	Ended   int64  `json:",omitempty"`
	Reason  string `json:",omitempty"` // why it failed, for the operator
	// Owner is the process that runs it; Beat its last sign of life.
	Owner string `json:",omitempty"`
	Beat  int64  `json:",omitempty"`

	Matched, Scanned, Bytes int64
	// Rows of the result and the chunks they lie in.
	Rows, Chunks int
}

// Ended queries change no more.
func ended(status string) bool { return status != Scheduled && status != Running }

var queries = store.Table[Query]{
	Name: "logs.queries",
	Key:  func(q *Query) store.Key { return store.K(q.Account, q.Region, q.ID) },
	Indexes: []store.Index[Query]{
		{Name: "time", Of: func(q *Query) []store.Key {
			return []store.Key{store.K(q.Account, q.Region, q.Created)}
		}},
		// active finds what counts against the quota, waiting what a process may take.
		{Name: "active", Of: func(q *Query) []store.Key {
			if ended(q.Status) {
				return nil
			}
			return []store.Key{store.K(q.Account, q.Region)}
		}},
		{Name: "waiting", Of: func(q *Query) []store.Key {
			if ended(q.Status) {
				return nil
			}
			return []store.Key{store.K(q.Status, q.Created)}
		}},
	},
}
