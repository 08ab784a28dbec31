package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// group and stream hold the records: copies as a trail makes them. A log group
// keeps them for ever, Event history would hide them after 90 days.
const (
	group  = "cogtrail/records"
	stream = segmenttest.Account + "_CloudTrail_" + segmenttest.Region
	batch  = 20_000 // the drainer's own
)

// folder is an open data folder.
type folder struct {
	state    *sqlite.DB
	segments *segment.Store
}

func open(ctx context.Context, dir string) (*folder, error) { return openAt(ctx, dir, time.Now) }

func openAt(ctx context.Context, dir string, now func() time.Time) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	state, err := sqlite.Open(dir, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	segments, err := segment.Open(ctx, state, dir, segment.Options{Now: now})
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	return &folder{state, segments}, nil
}

func (f *folder) close() error { return errors.Join(f.segments.Close(), f.state.Close()) }

// fill adds what is missing of the records and returns how many there are.
func fill(ctx context.Context, o options) (held int64, err error) {
	f, err := open(ctx, o.dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	held, _ = f.segments.GroupSize(segment.Key{Account: segmenttest.Account, Region: segmenttest.Region, Group: group})
	gen := segmenttest.New(1)
	if held > 0 {
		progress("folder holds %d records", held)
	}
	if held < o.records {
		for range held { // the same numbers, and then the next
			gen.Next()
		}
	}
	var sealing, merging, cpu time.Duration
	// As in the server merging keeps up with sealing, but one after the other: neither has the other's time.
	merge := func() error {
		began, used := time.Now(), cpuTime()
		defer func() { merging, cpu = merging+time.Since(began), cpu+cpuTime()-used }()
		return f.merge(ctx)
	}
	before := held
	for held < o.records {
		rows := gen.Rows(int(min(batch, o.records-held)))
		for i := range rows {
			rows[i].Group, rows[i].Stream, rows[i].Seq = group, stream, 0
		}
		began, used := time.Now(), cpuTime()
		if err := f.seal(ctx, rows); err != nil {
			return 0, err
		}
		sealing, cpu = sealing+time.Since(began), cpu+cpuTime()-used
		if held += int64(len(rows)); held%1_000_000 == 0 || held >= o.records {
			if err := merge(); err != nil {
				return 0, err
			}
			progress("%d records sealed and merged: %.0f records/s", held, float64(held-before)/(sealing+merging).Seconds())
		}
	}
	if err := merge(); err != nil {
		return 0, err
	}
	if n := float64(held - before); n > 0 {
		fmt.Printf("Ingested %.0f records: %.0f records/s, made durable in batches of %d (%.0f/s) and merged (%.0f/s), one after the other; %.1f µs of the processors a record. Generating them is not counted.\n",
			n, n/(sealing+merging).Seconds(), batch, n/sealing.Seconds(), n/merging.Seconds(), float64(cpu.Microseconds())/n)
	}
	return held, f.describe()
}

// merge does all upkeep that there is.
func (f *folder) merge(ctx context.Context) error {
	for {
		more, err := f.segments.Compact(ctx)
		if err != nil {
			return fmt.Errorf("merge segments: %w", err)
		}
		if !more {
			return nil
		}
	}
}

// cpuTime is the processor time of this process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// seal is what the drainer does with a batch.
func (f *folder) seal(ctx context.Context, rows []segment.Row) error {
	rows = f.segments.Append(rows)
	m, err := f.segments.Seal(ctx, rows)
	if err != nil {
		return fmt.Errorf("seal batch: %w", err)
	}
	if err := f.state.Update(ctx, func(tx store.Tx) error { return f.segments.Commit(tx, m) }); err != nil {
		return fmt.Errorf("commit batch: %w", err)
	}
	f.segments.Publish(m, len(rows))
	return nil
}

func (f *folder) describe() error {
	s := f.segments.Stats()
	if s.SegmentRows == 0 {
		return errors.New("the folder has segments without rows")
	}
	fmt.Printf("%d records in %d segments: %.0f bytes each, %.0f before compression.\n\n", s.SegmentRows, s.Segments,
		float64(s.SegmentBytes)/float64(s.SegmentRows), float64(s.RawBytes)/float64(s.SegmentRows))
	return nil
}
