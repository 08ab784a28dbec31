package logdelivery

import (
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// waiting is an event that waits for its file.
type waiting struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	N       int64 // grows by one with each event of the pool, and is used once
	Made    int64 // ms since 1970
	Data    []byte
}

// lane is what waits of one pool.
type lane struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	Next    int64
	Events  int
	Bytes   int
	// Dropped are the events for which there was no room since the last file.
	Dropped int `json:",omitempty"`
	// Active tells that a job is on its way.
	Active bool
	// File is the one that is being written, nil if none is.
	File *file `json:",omitempty"`
}

// writes tells that a file is the one being written.
func (l *lane) writes(f *file) bool { return l.File != nil && *l.File == *f }

// file, or a request to a stream, is decided on before it is put, and put again under the same name and with the same events until that succeeded.
type file struct {
	target
	Key   string // of the object, or id of the request
	Until int64  // the last event in it
	Full  bool   // more events waited than it took
}

// Lanes and Waiting hold what waits, by pool.
var (
	Lanes   = store.Table[lane]{Name: "userpool.logfiles", Key: func(l *lane) store.Key { return store.K(l.Account, l.Region, string(l.Pool)) }}
	Waiting = store.Table[waiting]{
		Name: "userpool.logfiles.waiting",
		Key:  func(e *waiting) store.Key { return store.K(e.Account, e.Region, string(e.Pool), e.N) },
	}
)

// Bounds of what waits of one pool. More is dropped: delivery is an effort, not a promise. [Cognito: exporting logs]
const (
	maxWaiting = 20_000
	maxBytes   = 32 << 20
)

// wait adds an event to what waits, and a job if none is on its way.
func wait(tx store.Tx, p *userpool.Pool, now time.Time, to target, interval time.Duration, data []byte) error {
	l, err := Lanes.Get(tx, p.Key())
	if errors.Is(err, store.ErrNotFound) {
		l, err = &lane{Account: p.Account, Region: p.Region, Pool: p.ID}, nil
	}
	if err != nil {
		return fmt.Errorf("read waiting logs of a user pool: %w", err)
	}
	if l.Events >= maxWaiting || l.Bytes+len(data) > maxBytes {
		l.Dropped++
		return putLane(tx, l)
	}
	e := &waiting{Account: p.Account, Region: p.Region, Pool: p.ID, N: l.Next, Made: now.UnixMilli(), Data: data}
	if err := Waiting.Put(tx, e); err != nil {
		return fmt.Errorf("keep log of a user pool: %w", err)
	}
	l.Next++
	l.Events++
	l.Bytes += len(data)
	if !l.Active {
		l.Active = true
		if err := job.Enqueue(tx, now.Add(to.interval(interval)), p.Account, p.Region, to.jobKind(), work{p.ID}); err != nil {
			return err
		}
	}
	return putLane(tx, l)
}

func putLane(tx store.Tx, l *lane) error {
	if err := Lanes.Put(tx, l); err != nil {
		return fmt.Errorf("keep waiting logs of a user pool: %w", err)
	}
	return nil
}
