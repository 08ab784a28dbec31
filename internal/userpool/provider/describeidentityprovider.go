package provider

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeIdentityProvider returns a provider with its details, the client secret among them.
func (s *Service) DescribeIdentityProvider(c *op.Call, in *cognitoidp.DescribeIdentityProviderInput) (*cognitoidp.DescribeIdentityProviderOutput, error) {
	_, row, err := s.provider(c, in.UserPoolId, in.ProviderName)
	if err != nil {
		return nil, err
	}
	out, err := s.described(row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeIdentityProviderOutput{IdentityProvider: out}, nil
}
