package export

import (
	"context"
	"errors"
	"fmt"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Codes of a task's status.
const (
	pending   = "PENDING"
	running   = "RUNNING"
	completed = "COMPLETED"
	failed    = "FAILED"
	cancelled = "CANCELLED"
)

// task is an export task with its progress. Times are milliseconds since 1970 UTC.
type task struct {
	Account, Region, ID string
	Name                string `json:",omitempty"`
	Group               string
	StreamPrefix        string `json:",omitempty"`
	From, To            int64  // both inclusive
	Bucket, Prefix      string
	Code, Message       string
	Created, Completed  int64

	// Stream is the one at hand, or the last one done if Done; Part the number of its
	// next object, After the last event written.
	Stream string         `json:",omitempty"`
	Done   bool           `json:",omitempty"`
	Part   int            `json:",omitempty"`
	After  *logs.Position `json:",omitempty"`
}

func (t *task) over() bool { return t.Code != pending && t.Code != running }

// end gives a task its last status.
func (t *task) end(code, message string, now time.Time) {
	t.Code, t.Message, t.Completed = code, message, now.UnixMilli()
}

var tasks = store.Table[task]{
	Name: "logs.exports",
	Key:  func(t *task) store.Key { return store.K(t.Account, t.Region, t.ID) },
}

// What a Bucket may answer besides faults of an engine.
var (
	ErrNoBucket = errors.New("bucket does not exist")
	ErrDenied   = errors.New("bucket policy does not allow CloudWatch Logs")
)

// Object is what a task writes.
type Object struct {
	Region, Account string // of the task
	GroupARN        string
	Bucket, Key     string
	Data            []byte
}

// Buckets is S3 as export tasks need it.
type Buckets interface {
	// CheckACL and Check ask whether CloudWatch Logs may read the bucket's access
	// control list, and put the object.
	CheckACL(tx store.Tx, o Object) error
	Check(tx store.Tx, o Object) error
	// Put stores an object; the errors are or wrap those above.
	Put(ctx context.Context, o Object) error
}

// Service answers the operations and runs tasks. Its fields are set before use and
// not changed after.
type Service struct {
	State   store.State
	Reader  logs.Reader
	Masks   *mask.Masker
	Buckets Buckets
	Tokens  logs.Tokens
	Now     func() time.Time
}

var _ api.ExportAPI = (*Service)(nil)

func noTask() error {
	return api.ResourceNotFoundException("The specified export task does not exist.")
} // (inferred)

func find(tx store.Tx, account, region, id string) (*task, error) {
	t, err := tasks.Get(tx, store.K(account, region, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noTask()
	}
	if err != nil {
		return nil, fmt.Errorf("export task: %w", err)
	}
	return t, nil
}
