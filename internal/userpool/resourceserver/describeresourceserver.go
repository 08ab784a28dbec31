package resourceserver

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeResourceServer returns a resource server with its scopes.
func (s *Service) DescribeResourceServer(c *op.Call, in *cognitoidp.DescribeResourceServerInput) (*cognitoidp.DescribeResourceServerOutput, error) {
	_, row, err := s.server(c, in.UserPoolId, in.Identifier)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeResourceServerOutput{ResourceServer: &row.Settings}, nil
}
