package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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

func open(ctx context.Context, dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	state, err := sqlite.Open(dir, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	segments, err := segment.Open(ctx, state, dir, segment.Options{})
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	return &folder{state, segments}, nil
}

func (f *folder) close() error { return errors.Join(f.segments.Close(), f.state.Close()) }

// fill writes the records unless the folder holds some.
func fill(ctx context.Context, o options) (err error) {
	f, err := open(ctx, o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	if held, _ := f.segments.GroupSize(segment.Key{Account: segmenttest.Account, Region: segmenttest.Region, Group: group}); held > 0 {
		progress("folder holds %d records", held)
		return f.describe()
	}
	gen := segmenttest.New(1)
	var sealing time.Duration
	for done := int64(0); done < o.records; {
		rows := gen.Rows(int(min(batch, o.records-done)))
		for i := range rows {
			rows[i].Group, rows[i].Stream, rows[i].Seq = group, stream, 0
		}
		began := time.Now()
		if err := f.seal(ctx, rows); err != nil {
			return err
		}
		sealing += time.Since(began)
		if done += int64(len(rows)); done%1_000_000 == 0 || done == o.records {
			progress("%d records sealed", done)
		}
	}
	began, steps := time.Now(), 0
	for ; ; steps++ {
		more, err := f.segments.Compact(ctx)
		if err != nil {
			return fmt.Errorf("merge segments: %w", err)
		}
		if !more {
			break
		}
	}
	merging := time.Since(began)
	progress("segments merged")
	fmt.Printf("Sealed %d records in batches of %d: %.0f records/s.", o.records, batch, float64(o.records)/sealing.Seconds())
	if steps > 0 {
		fmt.Printf(" Merged in %d steps: %.0f records/s.", steps, float64(o.records)/merging.Seconds())
	}
	fmt.Println()
	return f.describe()
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
