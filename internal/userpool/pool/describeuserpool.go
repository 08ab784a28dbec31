package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
)

// DescribeUserPool returns a pool with all its settings.
func (s *Service) DescribeUserPool(c *op.Call, in *cognitoidp.DescribeUserPoolInput) (*cognitoidp.DescribeUserPoolOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	users, err := s.Realm.EstimateUsers(c.Tx, p)
	if err != nil {
		return nil, err
	}
	out := described(p, users)
	prefix, custom, err := domain.Of(c.Tx, p)
	if err != nil {
		return nil, err
	}
	if prefix != nil {
		out.Domain = &prefix.Name
	}
	if custom != nil {
		out.CustomDomain = &custom.Name
	}
	return &cognitoidp.DescribeUserPoolOutput{UserPool: out}, nil
}
