package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that run tasks; Service.Run handles them.
const JobKind = "log export"

// work is the payload of a job.
type work struct{ Task string }

const (
	// turn is how long one run goes on; a new job does the rest.
	turn = 15 * time.Second
	// lastAttempt is the one after which a task fails, before the job is given up.
	lastAttempt = 12
	partBytes   = 32 << 20 // of text in one object
	readEvents  = 5000
	readBytes   = 4 << 20
)

// Run goes on with a task. Its error says that another attempt is due.
func (s *Service) Run(ctx context.Context, j job.Job) error {
	var w work
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return fmt.Errorf("decode export: %w", err)
	}
	for begun := time.Now(); ; {
		over, err := s.step(ctx, j, w)
		if err != nil && j.Attempt >= lastAttempt && ctx.Err() == nil {
			return s.change(ctx, j, w, func(t *task) { t.end(failed, "The export failed by an internal error.", s.Now()) })
		}
		if err != nil || over {
			return err
		}
		if time.Since(begun) > turn {
			return s.State.Update(ctx, func(tx store.Tx) error { return job.Enqueue(tx, s.Now(), j.Account, j.Region, JobKind, w) })
		}
	}
}

// change writes a task that is not over.
func (s *Service) change(ctx context.Context, j job.Job, w work, do func(*task)) error {
	return s.State.Update(ctx, func(tx store.Tx) error {
		t, err := tasks.Get(tx, store.K(j.Account, j.Region, w.Task))
		if errors.Is(err, store.ErrNotFound) || err == nil && t.over() {
			return nil // cancelled meanwhile
		}
		if err != nil {
			return fmt.Errorf("export task: %w", err)
		}
		do(t)
		return tasks.Put(tx, t)
	})
}

// view is what a step begins with.
type view struct {
	task  *task       // nil if it is over
	group *logs.Group // nil if it is gone
	rules *mask.Rules
	// stream is the one to go on with; empty when none is left.
	stream, folder string
}

func (s *Service) view(ctx context.Context, j job.Job, w work) (*view, error) {
	v := &view{}
	err := s.State.View(ctx, func(tx store.Tx) error {
		*v = view{}
		t, err := tasks.Get(tx, store.K(j.Account, j.Region, w.Task))
		if errors.Is(err, store.ErrNotFound) || err == nil && t.over() {
			return nil
		}
		if err != nil {
			return fmt.Errorf("export task: %w", err)
		}
		v.task = t
		g, err := logs.FindGroup(tx, t.Account, t.Region, t.Group)
		if _, gone := errors.AsType[*schema.Error](err); gone || err == nil && g.Created > t.Created {
			return nil
		}
		if err != nil {
			return err
		}
		v.group = g
		if v.rules, err = s.Masks.For(tx, g.Account, g.Region, g.Name); err != nil {
			return err
		}
		return v.next(tx)
	})
	return v, err
}

// next finds the stream to go on with and the folder of its objects.
func (v *view) next(tx store.Tx) error {
	v.stream = v.task.Stream
	if v.task.Stream == "" || v.task.Done {
		v.stream = ""
		under := store.K(v.group.Account, v.group.Region, v.group.ID)
		var after store.Key
		if v.task.Done {
			after = store.K(v.group.Account, v.group.Region, v.group.ID, v.task.Stream)
		}
		for st, err := range logs.Streams.Scan(tx, logs.Prefix(under, v.task.StreamPrefix), after) {
			if err != nil {
				return fmt.Errorf("log streams: %w", err)
			}
			v.stream = st.Name
			break
		}
	}
	// A slash becomes a hyphen. [CloudWatch Logs: export to S3] Where two names would
	// become one folder, a digest tells them apart.
	v.folder = strings.ReplaceAll(v.stream, "/", "-")
	if v.folder == v.stream {
		return nil
	}
	ambiguous := strings.Contains(v.stream, "-")
	if !ambiguous {
		var err error
		if ambiguous, err = logs.Streams.Has(tx, store.K(v.group.Account, v.group.Region, v.group.ID, v.folder)); err != nil {
			return fmt.Errorf("log stream: %w", err)
		}
	}
	if ambiguous {
		sum := sha256.Sum256([]byte(v.stream))
		v.folder += "-" + hex.EncodeToString(sum[:4])
	}
	return nil
}

// step writes one object and keeps the place. over says that the task is.
func (s *Service) step(ctx context.Context, j job.Job, w work) (over bool, err error) {
	v, err := s.view(ctx, j, w)
	if err != nil || v.task == nil {
		return err == nil, err
	}
	t := v.task
	switch {
	case v.group == nil:
		return true, s.change(ctx, j, w, func(t *task) { t.end(failed, "The log group does not exist any more.", s.Now()) })
	case t.Code == pending:
		o := t.object(v.group.ARN(), t.Prefix+"/"+testObject, []byte("Permission Check Successful"))
		if over, err := s.put(ctx, j, w, o); over || err != nil {
			return over, err
		}
		return false, s.change(ctx, j, w, func(t *task) { t.Code = running })
	case v.stream == "":
		return true, s.change(ctx, j, w, func(t *task) { t.end(completed, "Completed successfully", s.Now()) })
	}
	after, part := t.After, t.Part
	if t.Done {
		after, part = nil, 0
	}
	data, last, err := s.collect(ctx, v, after)
	if err != nil {
		return false, err
	}
	if len(data) > 0 {
		key := fmt.Sprintf("%s/%s/%s/%06d.gz", t.Prefix, t.ID, v.folder, part)
		if over, err := s.put(ctx, j, w, t.object(v.group.ARN(), key, data)); over || err != nil {
			return over, err
		}
		part++
	}
	return false, s.change(ctx, j, w, func(t *task) {
		t.Stream, t.Done, t.Part, t.After = v.stream, last == nil, part, last
	})
}

func (t *task) object(group, key string, data []byte) Object {
	return Object{Region: t.Region, Account: t.Account, GroupARN: group, Bucket: t.Bucket, Key: key, Data: data}
}

// put stores an object. A bucket that does not take it ends the task.
func (s *Service) put(ctx context.Context, j job.Job, w work, o Object) (over bool, err error) {
	err = s.Buckets.Put(ctx, o)
	message := ""
	switch {
	case errors.Is(err, ErrNoBucket):
		message = "The bucket does not exist."
	case errors.Is(err, ErrDenied):
		message = "The bucket policy does not allow CloudWatch Logs to put objects."
	default:
		return false, err
	}
	return true, s.change(ctx, j, w, func(t *task) { t.end(failed, message, s.Now()) })
}

// collect compresses events of the view's stream after a place, up to partBytes of
// text. last is the place to go on after, nil at the end of the stream.
func (s *Service) collect(ctx context.Context, v *view, after *logs.Position) (data []byte, last *logs.Position, err error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	r := logs.Request{
		Account: v.group.Account, Region: v.group.Region, Group: v.group.Name, Streams: []string{v.stream},
		From: v.task.From, To: v.task.To + 1, Limit: readEvents, MaxBytes: readBytes, After: after,
	}
	size := 0
	for {
		page, err := s.Reader.Events(ctx, r)
		if err != nil {
			return nil, nil, fmt.Errorf("read log stream: %w", err)
		}
		for i := range page.Events {
			e := &page.Events[i]
			line := time.UnixMilli(e.Time).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z")
			line = append(append(append(line, ' '), v.rules.Apply(e.Message)...), '\n')
			if _, err := z.Write(line); err != nil {
				return nil, nil, fmt.Errorf("compress events: %w", err)
			}
			size += len(line)
			r.After = &logs.Position{Time: e.Time, Ord: e.Ord}
		}
		if !page.More || len(page.Events) == 0 {
			break
		}
		if size >= partBytes {
			last = r.After
			break
		}
	}
	if size == 0 {
		return nil, nil, nil
	}
	if err := z.Close(); err != nil {
		return nil, nil, fmt.Errorf("compress events: %w", err)
	}
	return b.Bytes(), last, nil
}
