package userimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// JobKind is the kind of the jobs that import users.
const JobKind = "userpool.import"

// work is the payload of such a job.
type work struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	ID      string
}

func workOf(j *userpool.ImportJob) work { return work{j.Account, j.Region, j.Pool, j.ID} }

const (
	// maxUsers of a file. [Cognito: quotas]
	maxUsers = 500_000
	// stepRows and stepBytes bound what one transaction imports, so that it holds up nobody.
	stepRows  = 100
	stepBytes = 256 << 10
	// spare is what is left of a job's time when the rest is handed to the next.
	spare = 10 * time.Second
)

// errOver says that the import is over, or somebody else's.
var errOver = errors.New("import is over here")

// Run handles jobs of kind JobKind: it imports until its time is up, and then leaves the rest to a new job.
func (s *Service) Run(ctx context.Context, q job.Job) error {
	var w work
	if err := json.Unmarshal(q.Payload, &w); err != nil {
		return fmt.Errorf("decode import: %w", err)
	}
	end := time.Now().Add(spare)
	if d, ok := ctx.Deadline(); ok {
		end = d.Add(-spare)
	}
	err := s.run(ctx, w, end)
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

func (s *Service) run(ctx context.Context, w work, end time.Time) error {
	j, want, err := s.begin(ctx, w)
	if err != nil {
		return err
	}
	if j.Status == userpool.ImportPending {
		if j, err = s.check(ctx, w, j, want); err != nil {
			return err
		}
	}
	first, _, err := s.Blobs.Get(ctx, bucket, j.Upload, 0, lineBuffer)
	if err != nil {
		return s.unreadable(ctx, w, err)
	}
	t, _, _, err := read(first, want)
	if cerr := first.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("close file: %w", cerr)
	}
	if errors.Is(err, errHeader) { // the pool has new attributes
		return s.end(ctx, w, userpool.ImportFailed, messageHeader)
	}
	if err != nil {
		return fmt.Errorf("read header of file: %w", err)
	}
	rest, _, err := s.Blobs.Get(ctx, bucket, j.Upload, j.Offset, -1)
	if err != nil {
		return s.unreadable(ctx, w, err)
	}
	defer rest.Close()
	l := newLines(rest)
	for {
		if err := s.step(ctx, w, t, l, j, !time.Now().Before(end)); err != nil {
			return err
		}
	}
}

// unreadable ends an import whose file is gone. Other faults pass.
func (s *Service) unreadable(ctx context.Context, w work, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return s.end(ctx, w, userpool.ImportFailed, messageNoFile)
	}
	return fmt.Errorf("open file: %w", err)
}

// begin reads the job and the columns of its pool.
func (s *Service) begin(ctx context.Context, w work) (j *userpool.ImportJob, want []string, err error) {
	err = s.State.View(ctx, func(tx store.Tx) error {
		var p *userpool.Pool
		if p, j, err = s.load(tx, w); err == nil {
			want = columns(p)
		}
		return err
	})
	if err == nil && j.Status == userpool.ImportStopping {
		err = s.end(ctx, w, userpool.ImportStopped, messageStopped)
	}
	return j, want, err
}

// load reads an active job and its pool, or answers errOver.
func (s *Service) load(tx store.Tx, w work) (*userpool.Pool, *userpool.ImportJob, error) {
	p, err := s.Realm.AnyPool(tx, w.Pool)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, errOver
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read user pool: %w", err)
	}
	j, err := userpool.ImportJobs.Get(tx, store.K(w.Account, w.Region, string(w.Pool), w.ID))
	if errors.Is(err, store.ErrNotFound) || err == nil && !j.Active() {
		return nil, nil, errOver
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read import: %w", err)
	}
	return p, j, nil
}

// check looks through the whole file before the first user is made, and sets the job going.
func (s *Service) check(ctx context.Context, w work, j *userpool.ImportJob, want []string) (*userpool.ImportJob, error) {
	file, _, err := s.Blobs.Get(ctx, bucket, j.Upload, 0, -1)
	if err != nil {
		return nil, s.unreadable(ctx, w, err)
	}
	defer file.Close()
	_, rest, took, err := read(file, want)
	if errors.Is(err, errHeader) {
		return nil, s.end(ctx, w, userpool.ImportFailed, messageHeader)
	}
	if err != nil {
		return nil, fmt.Errorf("read header of file: %w", err)
	}
	for rows := 0; ; {
		line, _, long, err := rest.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read file: %w", err)
		}
		if long || len(line) > 0 {
			rows++
		}
		if rows > maxUsers {
			return nil, s.end(ctx, w, userpool.ImportFailed, messageRows)
		}
	}
	return j, s.State.Update(ctx, func(tx store.Tx) error {
		if _, j, err = s.load(tx, w); err != nil {
			return err
		}
		if j.Status == userpool.ImportPending {
			j.Status, j.Offset, j.Line, j.Touched = userpool.ImportInProgress, took, 1, s.Now()
		}
		return userpool.ImportJobs.Put(tx, j)
	})
}

// end closes a job and drops its file; the answer is errOver.
func (s *Service) end(ctx context.Context, w work, status userpool.ImportStatus, message string) error {
	file := ""
	err := s.State.Update(ctx, func(tx store.Tx) error {
		_, j, err := s.load(tx, w)
		if err != nil {
			return err
		}
		file = j.Upload
		return s.close(tx, j, status, message)
	})
	if err != nil {
		return err
	}
	s.forget(ctx, file)
	return errOver
}

// close writes how a job ended. Its file is forgotten after the commit, or by the sweep.
func (s *Service) close(tx store.Tx, j *userpool.ImportJob, status userpool.ImportStatus, message string) error {
	j.Status, j.Message, j.Completed = status, message, s.Now()
	if err := userpool.ImportJobs.Put(tx, j); err != nil {
		return fmt.Errorf("end import: %w", err)
	}
	return nil
}
