package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	keepMS = 7 * 24 * 60 * 60 * 1000
	// pruneMax bounds the old rows of history removed at one trigger.
	pruneMax = 100
)

// work is the payload of a job.
type work struct {
	Account, Region, ID string
	At                  int64
}

// Run triggers a query: it is the handler of JobKind.
func (sv *Service) Run(ctx context.Context, j job.Job) error {
	var w work
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("job of a scheduled query: %w", err)
	}
	return sv.State.Update(ctx, func(tx store.Tx) error {
		s, err := schedules.Get(tx, store.K(w.Account, w.Region, w.ID))
		if errors.Is(err, store.ErrNotFound) {
			return nil // deleted since
		}
		if err != nil {
			return fmt.Errorf("read scheduled query: %w", err)
		}
		if s.Next != w.At || !s.Enabled {
			return nil // done by an earlier run of this job, or changed since
		}
		return sv.trigger(tx, s)
	})
}

func (sv *Service) trigger(tx store.Tx, s *Schedule) error {
	e, err := Parse(s.Expression)
	if err != nil {
		return err
	}
	at := time.UnixMilli(s.Next)
	back := time.Duration(s.Offset) * time.Second
	if back == 0 { // until the instant before (inferred)
		zone, err := time.LoadLocation(s.Zone)
		if err != nil {
			return fmt.Errorf("zone of a scheduled query: %w", err)
		}
		if next, ok := e.Next(at.In(zone), time.UnixMilli(s.Created)); ok {
			back = next.Sub(at)
		} else {
			back = time.Hour
		}
	}
	t := &trigger{Account: s.Account, Region: s.Region, ID: s.ID, At: s.Next}
	err = sv.Role(tx, s.Account, s.Region, s.ARN(), s.Role, s.Groups)
	if err == nil {
		t.Query, err = sv.Queries.Launch(tx, Launch{s.Account, s.Region, s.Role, s.Text, s.Groups, at.Add(-back), at.Add(time.Millisecond)})
	}
	if err != nil {
		t.Status, t.Error = "Failed", err.Error()
		if errors.Is(err, ErrQuery) {
			t.Status = "InvalidQuery"
		}
	}
	if err := sv.toDeliver(tx, s, t); err != nil {
		return err
	}
	if err := triggers.Put(tx, t); err != nil {
		return fmt.Errorf("history of a scheduled query: %w", err)
	}
	s.LastRun, s.LastQuery, s.LastError = t.At, t.Query, t.Status
	if err := s.wait(tx, e, sv.Now()); err != nil {
		return err
	}
	if err := schedules.Put(tx, s); err != nil {
		return fmt.Errorf("write scheduled query: %w", err)
	}
	return prune(tx, s, sv.Now().UnixMilli()-keepMS, pruneMax)
}

// prune removes up to max rows of history before a time.
func prune(tx store.Tx, s *Schedule, before int64, max int) error {
	var old []store.Key
	for t, err := range triggers.Scan(tx, store.K(s.Account, s.Region, s.ID), nil) {
		if err != nil {
			return fmt.Errorf("history of a scheduled query: %w", err)
		}
		if t.At >= before || len(old) == max {
			break
		}
		old = append(old, triggers.Key(t))
	}
	for _, k := range old {
		if err := triggers.Delete(tx, k); err != nil {
			return fmt.Errorf("history of a scheduled query: %w", err)
		}
	}
	return nil
}

// status is how a run stands.
func (sv *Service) status(tx store.Tx, account, region, query, failed string) (status, reason string, err error) {
	if query == "" {
		return failed, "", nil
	}
	state, reason, ok, err := sv.Queries.Outcome(tx, account, region, query)
	if err != nil {
		return "", "", err
	}
	switch {
	case !ok:
		return "Complete", "", nil // its result is not kept any more
	case state == "Scheduled":
		return "Running", "", nil
	case state == "Cancelled":
		return "Failed", "The query was stopped.", nil
	}
	return state, reason, nil
}
