package userimport

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// StartUserImportJob starts a job whose file is there.
func (s *Service) StartUserImportJob(c *op.Call, in *cognitoidp.StartUserImportJobInput) (*cognitoidp.StartUserImportJobOutput, error) {
	_, j, err := s.find(c, in.UserPoolId, in.JobId)
	if err != nil {
		return nil, err
	}
	if j.Status != userpool.ImportCreated {
		return nil, cognitoidp.PreconditionNotMetException(notStartable + string(j.Status))
	}
	if active, err := userpool.ActiveImport(c.Tx, c.Account); err != nil {
		return nil, err
	} else if active != nil {
		return nil, cognitoidp.PreconditionNotMetException(otherRuns)
	}
	if j.Upload == "" {
		return nil, cognitoidp.PreconditionNotMetException(noUpload)
	}
	j.Status, j.Started, j.Touched = userpool.ImportPending, c.Now, c.Now
	if err := userpool.ImportJobs.Put(c.Tx, j); err != nil {
		return nil, fmt.Errorf("start import: %w", err)
	}
	if err := job.Enqueue(c.Tx, c.Now, j.Account, j.Region, JobKind, workOf(j)); err != nil {
		return nil, err
	}
	return &cognitoidp.StartUserImportJobOutput{UserImportJob: s.shape(j)}, nil
}
