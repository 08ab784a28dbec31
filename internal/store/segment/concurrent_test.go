package segment_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// TestReadWhileSealingAndMerging reads without pause while rows move from the
// tail into segments and from segments into merged ones.
func TestReadWhileSealingAndMerging(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const batches, size = 30, 20
	var appended atomic.Int64
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for i := range batches {
			rows := f.s.Append(logRows("app", fmt.Sprint(i), size, at))
			appended.Add(size)
			m, err := f.s.Seal(t.Context(), rows)
			if err == nil {
				err = f.state.Update(t.Context(), func(tx store.Tx) error { return f.s.Commit(tx, m) })
			}
			if err != nil {
				t.Error(err)
				return
			}
			f.s.Publish(m, len(rows))
		}
	})
	until := func(what func() error) {
		wg.Go(func() {
			for {
				if err := what(); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	until(func() error {
		_, err := f.s.Compact(t.Context())
		return err
	})
	until(func() error {
		atLeast := appended.Load()
		var mu sync.Mutex
		seen := make(map[string]bool)
		err := f.s.Source(segmenttest.Account, segmenttest.Region, []string{"app"}).Scan(t.Context(),
			block.ScanRequest{End: time.UnixMilli(at * 2)}, func(b *block.Block) error {
				mu.Lock()
				defer mu.Unlock()
				c := b.Column(block.Message)
				for i := range b.N {
					text, _ := c.Text(i)
					if seen[text] {
						return fmt.Errorf("%q seen twice", text)
					}
					seen[text] = true
				}
				return b.Done()
			})
		if err == nil && int64(len(seen)) < atLeast {
			err = fmt.Errorf("%d rows of %d", len(seen), atLeast)
		}
		return err
	})
	until(func() error {
		_, err := f.s.Check(t.Context())
		return err
	})
	wg.Wait()
	f.compact()
	if rows, _ := f.s.GroupSize(segment.Key{Account: segmenttest.Account, Region: segmenttest.Region, Group: "app"}); rows != batches*size {
		t.Errorf("%d rows", rows)
	}
	if n := f.files(); n != f.s.Stats().Segments {
		t.Errorf("%d files, %d segments", n, f.s.Stats().Segments)
	}
}
