package export

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/google/uuid"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	defaultPrefix = "exportedlogs" // [CloudWatch Logs: CreateExportTask]
	testObject    = "aws-logs-write-test"
	maxTasks      = 1000
)

// CreateExportTask begins to write a group's events of a time to a bucket.
func (s *Service) CreateExportTask(c *op.Call, in *api.CreateExportTaskInput) (*api.CreateExportTaskOutput, error) {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	if in.From >= in.To {
		return nil, logs.Invalid("The parameter 'from' must be before 'to'.") // (inferred)
	}
	t := &task{
		Account: g.Account, Region: g.Region, ID: uuid.NewString(), Name: logs.Text(in.TaskName), Group: g.Name, StreamPrefix: logs.Text(in.LogStreamNamePrefix),
		From: in.From, To: in.To, Bucket: in.Destination, Prefix: cmp.Or(logs.Text(in.DestinationPrefix), defaultPrefix), Code: pending, Created: c.Now.UnixMilli(),
	}
	if err := s.checkBucket(c, t, g); err != nil {
		return nil, err
	}
	if err := room(c); err != nil {
		return nil, err
	}
	if err := tasks.Put(c.Tx, t); err != nil {
		return nil, fmt.Errorf("keep export task: %w", err)
	}
	if err := job.Enqueue(c.Tx, c.Now, t.Account, t.Region, JobKind, work{t.ID}); err != nil {
		return nil, err
	}
	return &api.CreateExportTaskOutput{TaskId: &t.ID}, nil
}

func (s *Service) checkBucket(c *op.Call, t *task, g *logs.Group) error {
	o := t.object(g.ARN(), t.Prefix+"/"+testObject, nil)
	call := "GetBucketAcl"
	err := s.Buckets.CheckACL(c.Tx, o)
	if err == nil {
		call = "PutObject"
		err = s.Buckets.Check(c.Tx, o)
	}
	switch {
	case errors.Is(err, ErrNoBucket):
		return logs.Invalid("The given bucket does not exist. Please make sure the bucket exists.") // (inferred)
	case errors.Is(err, ErrDenied):
		return logs.Invalid(call + " call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.")
	case err != nil:
		return fmt.Errorf("ask bucket policy: %w", err)
	}
	return nil
}

// room refuses a second task at a time, and drops the oldest of too many that are over.
func room(c *op.Call) error {
	var oldest *task
	n := 0
	for t, err := range tasks.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return fmt.Errorf("export tasks: %w", err)
		}
		if !t.over() {
			return api.LimitExceededException("Resource limit exceeded.")
		}
		if n++; oldest == nil || t.Created < oldest.Created {
			oldest = t
		}
	}
	if n < maxTasks {
		return nil
	}
	if err := tasks.Remove(c.Tx, oldest); err != nil {
		return fmt.Errorf("drop export task: %w", err)
	}
	return nil
}
