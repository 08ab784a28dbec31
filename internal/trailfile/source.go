package trailfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
)

// Source lets a query read files. It may be scanned several times, which fails for a file that can be read only once.
type Source struct {
	Files Files
	// Now is the time of records without one.
	Now time.Time
	// Workers read files at the same time; 0 means one per processor.
	Workers int
	// Progress, if not nil, is counted up.
	Progress *Progress

	mu     sync.Mutex
	faults []*FileError
}

// Progress are live counts. Total is the number of files found so far.
type Progress struct{ Total, Done, Records atomic.Int64 }

// Faults are the files that could not be read to their end, in the order in which that was found.
func (s *Source) Faults() []*FileError {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// blockRows keeps blocks near what a processor's cache holds.
const blockRows = 512

// blockBytes bounds the records of a block: large ones make smaller blocks.
const blockBytes = 4 << 20

// maxFaults bounds the faults that are kept; more end the scan.
const maxFaults = 1000

type job struct {
	file  File
	index int64
}

// Scan implements block.Source. A file's records follow each other; of two with equal time the one of the later file, or
// the later one of a file, is newer.
func (s *Source) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := s.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				if ctx.Err() != nil {
					continue
				}
				if err := s.file(ctx, j, req, yield); err != nil {
					cancel(err)
				}
			}
		})
	}
	n := int64(0)
	for f, err := range s.Files {
		if err != nil {
			cancel(err)
			break
		}
		if s.Progress != nil {
			s.Progress.Total.Add(1)
		}
		select {
		case jobs <- job{f, n}:
			n++
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(jobs)
	wg.Wait()
	return context.Cause(ctx)
}

// file yields the blocks of one file. A fault of the file is noted; errors are those of the query.
func (s *Source) file(ctx context.Context, j job, req block.ScanRequest, yield func(*block.Block) error) error {
	if s.Progress != nil {
		defer s.Progress.Done.Add(1)
	}
	in, err := j.file.Open(ctx)
	if errors.Is(err, errOnce) { // what was found so far is no part of the answer
		return fmt.Errorf("%s: %w", j.file.Name, err)
	}
	if err != nil {
		return s.fault(ctx, j.file, err)
	}
	defer in.Close()
	r, err := NewReader(in)
	if err != nil {
		return s.fault(ctx, j.file, err)
	}
	b := &batch{file: j.file.Name, base: j.index<<32 + 1}
	from, to := req.Start.UnixMilli(), req.End.UnixMilli()
	for {
		rec, err := r.Next()
		if err != nil {
			if yerr := b.flush(yield); yerr != nil {
				return yerr
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return s.fault(ctx, j.file, err)
		}
		if s.Progress != nil {
			s.Progress.Records.Add(1)
		}
		at := rec.Time
		if !rec.Timed {
			at = s.Now.UnixMilli()
		}
		b.seq++
		if at < from || at >= to {
			continue
		}
		b.add(at, rec.Message)
		if len(b.times) == blockRows || b.bytes >= blockBytes {
			if err := b.flush(yield); err != nil {
				return err
			}
		}
	}
}

func (s *Source) fault(ctx context.Context, f File, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == maxFaults {
		return fmt.Errorf("more than %d files cannot be read", maxFaults)
	}
	s.faults = append(s.faults, &FileError{f.Name, err})
	return nil
}

// batch gathers the rows of a block.
type batch struct {
	file     string
	base     int64
	seq      int64 // of the last record read
	seqs     []int64
	times    []int64
	messages []string
	bytes    int64
}

func (b *batch) add(at int64, message []byte) {
	b.times, b.messages, b.seqs = append(b.times, at), append(b.messages, string(message)), append(b.seqs, b.seq)
	b.bytes += int64(len(message))
}

func (b *batch) flush(yield func(*block.Block) error) error {
	if len(b.times) == 0 {
		return nil
	}
	ptrs := make([]string, len(b.times))
	for i, n := range b.seqs {
		ptrs[i] = b.file + "#" + strconv.FormatInt(n, 10)
	}
	out := &block.Block{N: len(b.times), Base: b.base + b.seqs[0] - 1, Bytes: b.bytes, Columns: map[string]*block.Column{
		block.Timestamp: block.TimeColumn(b.times), block.IngestionTime: block.TimeColumn(b.times),
		block.Message: block.StringColumn(b.messages, nil), block.LogStream: block.ConstColumn(b.file), block.Log: block.ConstColumn("files"),
		block.Ptr: block.StringColumn(ptrs, nil),
	}}
	b.times, b.messages, b.seqs, b.bytes = nil, nil, nil, 0
	return yield(out)
}
