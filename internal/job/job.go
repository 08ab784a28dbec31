package job

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Job is one piece of work.
type Job struct {
	ID       string
	Kind     string
	Account  string
	Region   string
	Due      int64 // ms since 1970
	Enqueued int64
	Expires  int64 `json:",omitempty"` // ms since 1970 from which the work is worth nothing, 0 for never
	Attempt  int   // runs begun so far
	Payload  json.RawMessage
	// LastError is what the last run said. It must not hold secrets.
	LastError string `json:",omitempty"`
}

// byKind is the index of jobs by their kind, and within it by when they are due.
const byKind = "kind"

var (
	jobs = store.Table[Job]{
		Name: "jobs",
		Key:  func(j *Job) store.Key { return store.K(j.ID) },
		Indexes: []store.Index[Job]{
			{Name: byKind, Of: func(j *Job) []store.Key { return []store.Key{store.K(j.Kind, j.Due)} }},
		},
	}
	dead = store.Table[Job]{
		Name: "jobs.dead",
		Key:  func(j *Job) store.Key { return store.K(j.ID) },
		// What was enqueued first goes first when there are too many.
		Indexes: []store.Index[Job]{{Name: "age", Of: func(j *Job) []store.Key { return []store.Key{store.K(j.Enqueued)} }}},
	}
)

// Enqueue adds a job to the transaction of the change it follows.
func Enqueue(tx store.Tx, now time.Time, account, region, kind string, payload any) error {
	return EnqueueUntil(tx, now, time.Time{}, account, region, kind, payload)
}

// EnqueueUntil is Enqueue for work that is worth nothing from a time on: then no attempt begins any more. The zero time is never.
func EnqueueUntil(tx store.Tx, now, until time.Time, account, region, kind string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode job %s: %w", kind, err)
	}
	j := Job{ID: uuid.NewString(), Kind: kind, Account: account, Region: region, Due: now.UnixMilli(), Enqueued: now.UnixMilli(), Payload: raw}
	if !until.IsZero() {
		j.Expires = until.UnixMilli()
	}
	if err := jobs.Insert(tx, &j); err != nil {
		return fmt.Errorf("enqueue job %s: %w", kind, err)
	}
	return nil
}
