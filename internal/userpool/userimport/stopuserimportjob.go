package userimport

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// StopUserImportJob stops a job that was started. Users it has made stay; it is Stopped after the rows it is at.
func (s *Service) StopUserImportJob(c *op.Call, in *cognitoidp.StopUserImportJobInput) (*cognitoidp.StopUserImportJobOutput, error) {
	_, j, err := s.find(c, in.UserPoolId, in.JobId)
	if err != nil {
		return nil, err
	}
	if j.Status != userpool.ImportPending && j.Status != userpool.ImportInProgress {
		return nil, cognitoidp.PreconditionNotMetException(notStoppable + string(j.Status))
	}
	j.Status = userpool.ImportStopping
	if err := userpool.ImportJobs.Put(c.Tx, j); err != nil {
		return nil, fmt.Errorf("stop import: %w", err)
	}
	return &cognitoidp.StopUserImportJobOutput{UserImportJob: s.shape(j)}, nil
}
