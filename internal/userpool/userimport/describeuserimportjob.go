package userimport

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeUserImportJob returns a job with its counters, which move on while it runs.
func (s *Service) DescribeUserImportJob(c *op.Call, in *cognitoidp.DescribeUserImportJobInput) (*cognitoidp.DescribeUserImportJobOutput, error) {
	_, j, err := s.find(c, in.UserPoolId, in.JobId)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeUserImportJobOutput{UserImportJob: s.shape(j)}, nil
}
