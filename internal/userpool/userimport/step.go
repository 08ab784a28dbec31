package userimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// line is one row of the file before it is looked at.
type line struct {
	number int64
	fields []string
	err    error
}

// batch is what one transaction imports.
type batch struct {
	lines  []line
	took   int64 // bytes
	passed int64 // lines, with empty ones
	last   bool
}

// gather takes the next rows from the file.
func gather(t *table, l *lines, number int64) (*batch, error) {
	b := &batch{}
	for len(b.lines) < stepRows && b.took < stepBytes && b.passed < 10*stepRows {
		text, took, long, err := l.next()
		if errors.Is(err, io.EOF) {
			b.last = true
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read file: %w", err)
		}
		b.took += took
		b.passed++
		if !long && len(text) == 0 {
			continue
		}
		x := line{number: number + b.passed, err: errLong}
		if !long {
			if x.fields, x.err = t.row(text); x.err == nil {
				x.fields = slices.Clone(x.fields)
			}
		}
		b.lines = append(b.lines, x)
	}
	return b, nil
}

// step imports the next rows. The answer is errOver when nothing is left to do here: the file is at its end, the import was stopped,
// another worker is further, or time is up and a new job has the rest. j is where the import stands, and moves on.
func (s *Service) step(ctx context.Context, w work, t *table, l *lines, j *userpool.ImportJob, late bool) error {
	b, err := gather(t, l, j.Line)
	if err != nil {
		return err
	}
	over, file := false, ""
	now := *j
	err = s.State.Update(ctx, func(tx store.Tx) error {
		over, file = false, ""
		p, row, err := s.load(tx, w)
		if err != nil {
			return err
		}
		if row.Offset != j.Offset {
			return errOver
		}
		if row.Status == userpool.ImportStopping {
			over, file = true, row.Upload
			return s.close(tx, row, userpool.ImportStopped, messageStopped)
		}
		if err := s.importRows(tx, p, row, t.header, b); err != nil {
			return err
		}
		row.Offset += b.took
		row.Line += b.passed
		row.Touched = s.Now()
		now = *row
		switch {
		case b.last:
			over, file = true, row.Upload
			if row.Imported == 0 && row.Skipped+row.Failed > 0 { // when AWS says so is not known (inferred)
				return s.close(tx, row, userpool.ImportFailed, messageTooMany)
			}
			return s.close(tx, row, userpool.ImportSucceeded, messageDone)
		case late:
			over = true
			if err := job.Enqueue(tx, s.Now(), row.Account, row.Region, JobKind, w); err != nil {
				return err
			}
		}
		return userpool.ImportJobs.Put(tx, row)
	})
	if err != nil {
		return err
	}
	s.forget(ctx, file)
	if over {
		return errOver
	}
	*j = now
	return nil
}

// importRows makes the users of some rows, counts them and writes the log.
func (s *Service) importRows(tx store.Tx, p *userpool.Pool, j *userpool.ImportJob, header []string, b *batch) error {
	if len(b.lines) == 0 {
		return nil
	}
	log := make([]string, 0, len(b.lines))
	for _, x := range b.lines {
		v, text, err := failed, textRow, error(nil)
		switch {
		case errors.Is(x.err, errLong):
			text = textLong
		case x.err == nil:
			if v, text, err = s.take(tx, p, header, x.fields, s.Now()); err != nil {
				return err
			}
		}
		word := "SUCCEEDED"
		switch v {
		case succeeded:
			j.Imported++
		case skipped:
			j.Skipped++
			word = "SKIPPED"
		case failed:
			j.Failed++
			word = "FAILED"
		}
		log = append(log, fmt.Sprintf("[%s] Line Number %d - %s", word, x.number, text))
	}
	err := s.Logs.Write(tx, place(p, j), s.Now(), log)
	if errors.Is(err, ErrTrust) || errors.Is(err, ErrPermission) {
		return nil // the role was changed since: the import goes on without its log (inferred)
	}
	if err != nil {
		return fmt.Errorf("log of import: %w", err)
	}
	return nil
}
