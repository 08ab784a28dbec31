package terms

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeTerms returns a document by its id.
func (s *Service) DescribeTerms(c *op.Call, in *cognitoidp.DescribeTermsInput) (*cognitoidp.DescribeTermsOutput, error) {
	row, err := s.document(c, in.UserPoolId, in.TermsId)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeTermsOutput{Terms: &row.Settings}, nil
}
