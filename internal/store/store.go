package store

import (
	"context"
	"errors"
	"iter"
)

// Sentinel errors. Engines wrap them; callers compare with errors.Is.
var (
	// ErrNotFound says that the row, or the object, does not exist.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a key, or a unique index entry, is already taken.
	ErrExists = errors.New("already exists")
	// ErrConflict says that a transaction lost against others more often than
	// the engine retries. The caller may try the whole call again later.
	ErrConflict = errors.New("transaction conflict")
	// ErrBusy says that the engine's queue is full. Answer 503 and retry.
	ErrBusy = errors.New("state engine overloaded")
	// ErrLocked says that another process holds the data folder.
	ErrLocked = errors.New("data folder is in use by another process")
	// ErrVersion says that the data was written by an incompatible version.
	ErrVersion = errors.New("data has an incompatible version")
	// ErrUnknown says that a commit was sent but its outcome is not known
	// (the connection to a remote engine broke while committing).
	ErrUnknown = errors.New("outcome of the commit is unknown")
)

// Limits of one transaction. Beyond them an engine answers an error.
const (
	MaxKeyBytes = 2 << 10  // one row key or index key
	MaxRowBytes = 16 << 20 // one row value
	MaxWrites   = 50_000   // rows written by one transaction
)

// State keeps rows in named spaces, in key order, and the outbox of records.
// All methods may be called from many goroutines.
type State interface {
	// Update runs fn in a serializable transaction and makes it durable
	// before returning. fn runs again, on a fresh Tx, when it lost against
	// another transaction; an error of fn is returned as it is and undoes all.
	// fn must not call Update of the same State.
	Update(ctx context.Context, fn func(Tx) error) error
	// View runs fn once over one snapshot of committed rows, which holds all
	// that was acknowledged before. Writing through its Tx panics.
	View(ctx context.Context, fn func(Tx) error) error
	// Take returns up to max records that are committed and were not taken
	// since the engine was opened, oldest commit first. It does not block.
	Take(ctx context.Context, max int) ([]Taken, error)
	// Wake receives after commits that appended records (a full channel
	// loses no meaning: one pending signal stands for many commits).
	Wake() <-chan struct{}
	// Close waits for running transactions and releases the engine.
	Close() error
}

// Tx is one transaction over byte rows. A space is a table or one of its
// indexes. Keys are compared as bytes. Returned slices belong to the engine and
// are valid, unchanged, until the transaction ends; callers must not modify them.
// A Tx is used by one goroutine.
type Tx interface {
	// Get returns the value at key, or ErrNotFound.
	Get(space string, key []byte) ([]byte, error)
	// Put writes the value at key, new or not. It keeps copies of both.
	Put(space string, key, value []byte) error
	// Delete removes the key; a missing key is no error.
	Delete(space string, key []byte) error
	// Scan yields the rows with lo <= key < hi in key order, or backwards.
	// A nil hi means no upper bound. Own writes are seen. The loop body may
	// write, but not into the range it scans.
	Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[KV, error]
	// Append adds a record to the outbox of this transaction. Its data must
	// not be changed afterwards.
	Append(Record)
	// Settle deletes taken records from the outbox with this transaction.
	Settle(ids []int64)
	// Savepoint runs fn; if fn returns an error the rows written by fn are
	// undone (records appended by it too) and the error is returned.
	Savepoint(fn func() error) error
}

// KV is one row of a scan.
type KV struct{ Key, Value []byte }

// RecordKind tells what an outbox record carries.
type RecordKind uint8

// Kinds of outbox records. Values are stored: append only.
const (
	// AuditRecord is one finished CloudTrail record (JSON text).
	AuditRecord RecordKind = 1
	// LogEvents is a batch of events for one log stream.
	LogEvents RecordKind = 2
)

// Record is what a transaction leaves for the drainer.
type Record struct {
	Kind    RecordKind
	Account string
	Region  string
	// ID makes repeats harmless: the eventID of an audit record.
	ID   string
	Data []byte
}

// Taken is a committed record with its place in the outbox.
type Taken struct {
	ID int64 // for Settle
	Record
}
