package userimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// What a check of the role of the log may find.
var (
	ErrTrust      = errors.New("role does not trust Cognito")
	ErrPermission = errors.New("role may not write the log")
)

// Place is a log stream and the role that writes it.
type Place struct {
	Account, Region string
	// Pool is the ARN of the pool for whose sake the role is used.
	Pool          string
	Role          string
	Group, Stream string
}

// Logs keeps the log of an import.
type Logs interface {
	// Check returns ErrTrust or ErrPermission if the role cannot be used for the place.
	Check(tx store.Tx, at Place) error
	// Write adds lines at a time, and makes group and stream if they are missing. It checks the role as Check does.
	Write(tx store.Tx, at Place, now time.Time, lines []string) error
}

// Blobs keeps the files. store.Blob is one.
type Blobs interface {
	Put(ctx context.Context, bucket, key string, r io.Reader, meta store.BlobMeta) (store.BlobInfo, error)
	Get(ctx context.Context, bucket, key string, offset, length int64) (io.ReadCloser, store.BlobInfo, error)
	Delete(ctx context.Context, bucket, key string) error
	List(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error]
}

// Deps is what imports depend on.
type Deps struct {
	State store.State
	Blobs Blobs
	Logs  Logs
	Now   func() time.Time
	// URL is where files are uploaded to, without a query.
	URL string
}

// Service is the area userimport.
type Service struct {
	Deps
	Realm *userpool.Realm

	mu      sync.Mutex
	uploads map[string]int // under way, by account
}

var _ cognitoidp.UserimportAPI = (*Service)(nil)

// New returns the area.
func New(r *userpool.Realm, d Deps) *Service {
	return &Service{Deps: d, Realm: r, uploads: make(map[string]int)}
}

// find returns the pool and the job of a call.
func (s *Service) find(c *op.Call, poolID, id string) (*userpool.Pool, *userpool.ImportJob, error) {
	p, err := s.Realm.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	j, err := userpool.ImportJobs.Get(c.Tx, p.Key(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, noJob(id)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read import: %w", err)
	}
	expire(j, c.Now)
	return p, j, nil
}

// expire makes a job that was not started in time what it is, whether the sweep was there or not.
func expire(j *userpool.ImportJob, now time.Time) {
	end := j.Created.Add(userpool.ImportLife)
	if j.Status == userpool.ImportCreated && !now.Before(end) {
		j.Status, j.Message, j.Completed = userpool.ImportExpired, messageExpired, end
	}
}

// groupName is what names of log groups hold beside; a pool may have others in its name.
var groupName = regexp.MustCompile(`[^-._/#A-Za-z0-9]`)

// place is where the log of a job goes. What a log group's name cannot hold becomes an underscore (inferred).
func place(p *userpool.Pool, j *userpool.ImportJob) Place {
	return Place{
		Account: p.Account, Region: p.Region, Pool: arn.UserPool(p.Region, p.Account, string(p.ID)), Role: j.Role,
		Group: "/aws/cognito/userpools/" + string(p.ID) + "/" + groupName.ReplaceAllString(*p.Settings.Name, "_"), Stream: j.ID + "/" + j.Name,
	}
}

// shape is a job as answers show it.
func (s *Service) shape(j *userpool.ImportJob) *cognitoidp.UserImportJobType {
	out := &cognitoidp.UserImportJobType{
		JobName: &j.Name, JobId: &j.ID, UserPoolId: new(string(j.Pool)), PreSignedUrl: new(s.link(j)), CreationDate: &j.Created,
		Status: new(string(j.Status)), CloudWatchLogsRoleArn: &j.Role, ImportedUsers: &j.Imported, SkippedUsers: &j.Skipped,
		FailedUsers: &j.Failed,
	}
	if !j.Started.IsZero() {
		out.StartDate = &j.Started
	}
	if !j.Completed.IsZero() {
		out.CompletionDate = &j.Completed
	}
	if j.Message != "" {
		out.CompletionMessage = &j.Message
	}
	return out
}
