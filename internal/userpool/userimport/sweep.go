package userimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	// grace is how long a file may have no row: its upload takes less.
	grace = time.Hour
	// stuck is how long an active job may stand still; the queue has given it up by then.
	stuck = 24 * time.Hour
	// maxSwept bounds the rows of one transaction.
	maxSwept = 1000
)

// Sweep ends jobs that nobody started or that stand still, and deletes files no job needs. Nothing depends on when it runs.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.State.Update(ctx, func(tx store.Tx) error {
		now := s.Now()
		if err := s.sweepExpired(tx, now); err != nil {
			return err
		}
		var still []*userpool.ImportJob
		for at, err := range userpool.ImportJobs.ScanIndex(tx, "active", nil, nil, false) {
			if err != nil {
				return fmt.Errorf("look for imports that stand still: %w", err)
			}
			if now.Sub(at.Row.Touched) >= stuck && len(still) < maxSwept {
				still = append(still, at.Row)
			}
		}
		for _, j := range still {
			if err := s.close(tx, j, userpool.ImportFailed, messageGivenUp); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.sweepFiles(ctx)
}

func (s *Service) sweepExpired(tx store.Tx, now time.Time) error {
	var over []*userpool.ImportJob
	end := store.K(now.UnixMilli() + 1)
	for at, err := range userpool.ImportJobs.ScanIndex(tx, "expires", nil, nil, false) {
		if err != nil {
			return fmt.Errorf("look for imports nobody started: %w", err)
		}
		if len(over) == maxSwept || string(at.Position) >= string(end) {
			break
		}
		over = append(over, at.Row)
	}
	for _, j := range over {
		if expire(j, now); j.Status == userpool.ImportCreated {
			continue
		}
		if err := userpool.ImportJobs.Put(tx, j); err != nil {
			return fmt.Errorf("expire import: %w", err)
		}
	}
	return nil
}

func (s *Service) sweepFiles(ctx context.Context) error {
	after := ""
	for {
		var names []string
		for info, err := range s.Blobs.List(ctx, bucket, "", after) {
			if err != nil {
				return fmt.Errorf("list files of imports: %w", err)
			}
			after = info.Key
			if s.Now().Sub(info.Modified) >= grace {
				names = append(names, info.Key)
			}
			if len(names) == maxSwept {
				break
			}
		}
		for _, name := range names {
			needed, err := s.needed(ctx, name)
			if err != nil {
				return err
			}
			if needed {
				continue
			}
			if err := s.Blobs.Delete(ctx, bucket, name); err != nil {
				return fmt.Errorf("delete file of import: %w", err)
			}
		}
		if len(names) < maxSwept {
			return nil
		}
	}
}

// needed tells whether a job that waits or runs has a file.
func (s *Service) needed(ctx context.Context, name string) (bool, error) {
	pool, rest, _ := strings.Cut(name, "/")
	id, _, _ := strings.Cut(rest, "/")
	needed := false
	err := s.State.View(ctx, func(tx store.Tx) error {
		p, err := s.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		j, err := userpool.ImportJobs.Get(tx, p.Key(id))
		if err != nil {
			return err
		}
		expire(j, s.Now())
		needed = j.Upload == name && (j.Active() || j.Status == userpool.ImportCreated)
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("look for the import of a file: %w", err)
	}
	return needed, nil
}
