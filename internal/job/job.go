package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Job is one piece of work.
type Job struct {
	ID      string
	Kind    string
	Account string
	Region  string
	// Lane is whose work it is within the kind, such as a pool's whose own function does it: each gets its share of the places.
	// Empty is a lane too.
	Lane     string `json:",omitempty"`
	Due      int64  // ms since 1970
	Enqueued int64
	Expires  int64 `json:",omitempty"` // ms since 1970 from which the work is worth nothing, 0 for never
	Attempt  int   // runs begun so far
	Payload  json.RawMessage
	// LastError is what the last run said. It must not hold secrets.
	LastError string `json:",omitempty"`
}

// byKind is the index of jobs by their kind and lane, and within these by when they are due.
const byKind = "kind"

// queue is what the index calls a lane of a kind.
func (j *Job) queue() string {
	if j.Lane == "" {
		return j.Kind
	}
	return j.Kind + " " + j.Lane
}

var (
	jobs = store.Table[Job]{
		Name: "jobs",
		Key:  func(j *Job) store.Key { return store.K(j.ID) },
		Indexes: []store.Index[Job]{
			{Name: byKind, Of: func(j *Job) []store.Key { return []store.Key{store.K(j.queue(), j.Due)} }},
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
	return Add(tx, Job{Kind: kind, Account: account, Region: region}, now, payload)
}

// EnqueueUntil is Enqueue for work that is worth nothing from a time on: then no attempt begins any more. The zero time is never.
func EnqueueUntil(tx store.Tx, now, until time.Time, account, region, kind string, payload any) error {
	return Add(tx, Job{Kind: kind, Account: account, Region: region}.Until(until), now, payload)
}

// Until is j as work that is worth nothing from a time on, never for the zero time.
func (j Job) Until(t time.Time) Job {
	if j.Expires = 0; !t.IsZero() {
		j.Expires = t.UnixMilli()
	}
	return j
}

// Add enqueues a job of which kind, account, region, lane and expiry are given, and an ID if the caller wants to know it. It is due
// at once, or at Due if that is set.
func Add(tx store.Tx, j Job, now time.Time, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode job %s: %w", j.Kind, err)
	}
	if j.ID == "" {
		j.ID = uuid.NewString()
	}
	j.Enqueued, j.Payload = now.UnixMilli(), raw
	j.Due = max(j.Due, j.Enqueued)
	if err := jobs.Insert(tx, &j); err != nil {
		return fmt.Errorf("enqueue job %s: %w", j.Kind, err)
	}
	return nil
}

// Drop takes a job back, in the transaction that makes it needless, and tells whether it was still there: if not, a Runner has done it.
func Drop(tx store.Tx, id string) (bool, error) {
	switch err := jobs.Delete(tx, store.K(id)); {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("drop job: %w", err)
	}
	return true, nil
}
