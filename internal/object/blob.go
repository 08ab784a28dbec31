package object

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Facts a blob carries about itself, so that Sweep finds its row and a person
// can tell what it is.
const (
	factKey    = "cogtrail-key"
	factUpload = "cogtrail-upload"
	factPart   = "cogtrail-part"
)

// partBucket holds the parts of uploads where blobs keep their names: it can be
// no bucket's name.
const partBucket = ".uploads"

// place is where a blob stands in the engine.
type place struct{ Bucket, Blob string }

// blobs lists where the bytes of an object stand.
func (o *Object) blobs() []place {
	out := make([]place, len(o.Segments))
	for i, s := range o.Segments {
		out[i] = place{o.Bucket, s.Blob}
	}
	return out
}

// newBlob is a fresh name: random, so that it spreads over an engine's folders.
func newBlob() string {
	id := uuid.New()
	return hex.EncodeToString(id[:])
}

// stageBlob is where a new object's bytes go.
func (s *Service) stageBlob(bucket, key string) place {
	if s.names() {
		return place{bucket, key}
	}
	return place{bucket, newBlob()}
}

// stagePart is where a new part's bytes go.
func (s *Service) stagePart(bucket, upload string, number int64) place {
	if s.names() {
		return place{partBucket, upload + "/" + strconv.FormatInt(number, 10) + "/" + newBlob()}
	}
	return place{bucket, newBlob()}
}

// partPlace is where a part's bytes stand.
func (s *Service) partPlace(bucket string, p *Part) place {
	if s.names() {
		return place{partBucket, p.Segment.Blob}
	}
	return place{bucket, p.Segment.Blob}
}

// staged is what a stage has put into the engine and no row names yet.
type staged struct {
	s     *Service
	at    place
	wrote bool
	// shared says that an object stands under the same name, so that taking the
	// blob back would take that away.
	shared bool
	err    error

	size      int64
	etag      string
	checksums map[string]string // what the row keeps
	all       map[string]string // with the fall-back
	segments  []Segment         // CompleteMultipartUpload: what was joined
	headers   *Headers          // CopyObject: what the source had
}

// discard takes the blob back. A failure is left to Sweep.
func (st *staged) discard() {
	st.s.busy.done(st.at)
	if st.wrote && !st.shared {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = st.s.Blob.Delete(ctx, st.at.Bucket, st.at.Blob)
	}
}

// write stores bytes under st.at.
func (st *staged) write(ctx context.Context, r io.Reader, meta store.BlobMeta) error {
	switch {
	case st.s.names():
		st.s.busy.begin(st.at, time.Now())
	case meta.ETag == "":
		meta.ETag = st.at.Blob // the row has the true one; this spares the engine its own
	}
	info, err := st.s.Blob.Put(ctx, st.at.Bucket, st.at.Blob, r, meta)
	if err != nil {
		return fmt.Errorf("store bytes: %w", err)
	}
	st.wrote, st.size = true, info.Size
	return nil
}

// segmentsOf are the segments of a row made from st.
func (st *staged) segmentsOf() []Segment { return []Segment{{st.at.Blob, st.size}} }

// busy remembers, where blobs keep their names, which keys are being written, so
// that the collector of this process leaves them alone.
type busy struct {
	mu sync.Mutex
	at map[place]time.Time
}

// Bounds of busy: an entry counts for a while, and there are only so many.
const (
	busyFor = 10 * time.Minute
	maxBusy = 10_000
)

func (b *busy) begin(p place, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil {
		b.at = make(map[place]time.Time)
	}
	if len(b.at) >= maxBusy {
		for k, t := range b.at {
			if now.Sub(t) > busyFor {
				delete(b.at, k)
			}
		}
	}
	if len(b.at) < maxBusy {
		b.at[p] = now
	}
}

func (b *busy) done(p place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.at, p)
}

func (b *busy) is(p place, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.at[p]
	return ok && now.Sub(t) <= busyFor
}

// read opens a run of an object's bytes. The first segment is open on return;
// the others open as reading reaches them.
func (s *Service) read(ctx context.Context, ps []place, segs []Segment, at span) (io.ReadCloser, error) {
	r := &joined{ctx: ctx, blob: s.Blob}
	skip, left := at.offset, at.length
	for i, seg := range segs {
		if left == 0 {
			break
		}
		if skip >= seg.Size {
			skip -= seg.Size
			continue
		}
		n := min(seg.Size-skip, left)
		r.rest = append(r.rest, run{ps[i], skip, n})
		skip, left = 0, left-n
	}
	if left > 0 {
		return nil, errors.New("object is longer than its segments")
	}
	if err := r.next(); err != nil && err != io.EOF {
		return nil, err
	}
	return r, nil
}

type run struct {
	at             place
	offset, length int64
}

// joined reads runs of several blobs as one.
type joined struct {
	ctx  context.Context
	blob store.Blob
	rest []run
	open io.ReadCloser
	left int64
}

func (j *joined) next() error {
	if len(j.rest) == 0 {
		return io.EOF
	}
	r := j.rest[0]
	rc, _, err := j.blob.Get(j.ctx, r.at.Bucket, r.at.Blob, r.offset, r.length)
	if err != nil {
		return fmt.Errorf("open bytes: %w", err)
	}
	j.rest, j.open, j.left = j.rest[1:], rc, r.length
	return nil
}

// Read gives bytes of the runs in order. Bytes that are missing are an error.
func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if err := j.next(); err != nil {
				return 0, err
			}
		}
		n, err := j.open.Read(p)
		j.left -= int64(n)
		if err == io.EOF {
			if j.left > 0 {
				return n, io.ErrUnexpectedEOF
			}
			_ = j.open.Close() // only read
			j.open, err = nil, nil
			if n == 0 {
				continue
			}
		}
		return n, err
	}
}

// Close releases what is open.
func (j *joined) Close() error {
	j.rest = nil
	if j.open == nil {
		return nil
	}
	rc := j.open
	j.open = nil
	return rc.Close()
}
