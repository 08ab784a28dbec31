package object

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CollectJob is the kind of the jobs that delete blobs no row names any more.
const CollectJob = "object.collect"

// grace is how long a blob outlives its row, for readers that are under way and
// have not opened all its segments.
const grace = 15 * time.Minute

// maxCollect bounds one job.
const maxCollect = 1000

// release enqueues the deletion of blobs with the change that lets them go.
func (s *Service) release(tx store.Tx, now time.Time, b *Bucket, ps []place) error {
	due := now.Add(grace)
	if s.names() {
		due = now // what other tools see should follow at once
	}
	for chunk := range slices.Chunk(ps, maxCollect) {
		if err := job.Enqueue(tx, due, b.Account, b.Region, CollectJob, chunk); err != nil {
			return fmt.Errorf("release bytes: %w", err)
		}
	}
	return nil
}

// Collect handles jobs of kind CollectJob.
func (s *Service) Collect(ctx context.Context, j job.Job) error {
	var ps []place
	if err := json.Unmarshal(j.Payload, &ps); err != nil {
		return fmt.Errorf("decode job: %w", err)
	}
	for _, p := range ps {
		if s.names() && p.Bucket != partBucket {
			// The name may have been given again.
			if s.busy.is(p, time.Now()) {
				return errors.New("object is being written")
			}
			used, err := s.has(ctx, p)
			if err != nil {
				return err
			}
			if used {
				continue
			}
		}
		if err := s.Blob.Delete(ctx, p.Bucket, p.Blob); err != nil {
			return fmt.Errorf("delete bytes: %w", err)
		}
	}
	return nil
}

func (s *Service) has(ctx context.Context, p place) (bool, error) {
	var has bool
	err := s.State.View(ctx, func(tx store.Tx) (err error) {
		has, err = objects.Has(tx, store.K(p.Bucket, p.Blob))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for object: %w", err)
	}
	return has, nil
}

// Sweep deletes blobs written before a time that no row names: what a crash
// between a stage and its commit left. It returns how many. Where blobs keep
// their names it does nothing, since foreign tools may have written there.
func (s *Service) Sweep(ctx context.Context, before time.Time) (int, error) {
	if s.names() {
		return 0, nil
	}
	n, after := 0, ""
	for {
		var b *Bucket
		err := s.State.View(ctx, func(tx store.Tx) error {
			b = nil
			for row, err := range buckets.Scan(tx, nil, bucketKey(after)) {
				if err != nil {
					return err
				}
				b = row
				break
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("next bucket: %w", err)
		}
		if b == nil {
			return n, nil
		}
		removed, err := s.sweepBucket(ctx, b.Name, before)
		n += removed
		if err != nil {
			return n, err
		}
		after = b.Name
	}
}

func bucketKey(name string) store.Key {
	if name == "" {
		return nil
	}
	return store.K(name)
}

func (s *Service) sweepBucket(ctx context.Context, bucket string, before time.Time) (int, error) {
	n := 0
	for info, err := range s.Blob.List(ctx, bucket, "", "") {
		if err != nil {
			return n, fmt.Errorf("list bytes: %w", err)
		}
		if !info.Modified.Before(before) {
			continue
		}
		used, err := s.named(ctx, bucket, &info)
		if err != nil {
			return n, err
		}
		if used {
			continue
		}
		if err := s.Blob.Delete(ctx, bucket, info.Key); err != nil {
			return n, fmt.Errorf("delete bytes: %w", err)
		}
		n++
	}
	return n, nil
}

// named tells whether a row names a blob: the object or the part that the blob
// says it was made for.
func (s *Service) named(ctx context.Context, bucket string, info *store.BlobInfo) (bool, error) {
	used := false
	err := s.State.View(ctx, func(tx store.Tx) error {
		used = false
		o, err := find(tx, bucket, info.Header[factKey])
		if err != nil {
			return err
		}
		if o != nil && slices.ContainsFunc(o.Segments, func(g Segment) bool { return g.Blob == info.Key }) {
			used = true
			return nil
		}
		upload := info.Header[factUpload]
		number, err := strconv.ParseInt(info.Header[factPart], 10, 64)
		if upload == "" || err != nil {
			return nil
		}
		p, err := parts.Get(tx, store.K(upload, number))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		used = p.Segment.Blob == info.Key
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for row of bytes: %w", err)
	}
	return used, nil
}
