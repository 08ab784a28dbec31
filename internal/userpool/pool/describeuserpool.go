package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
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
	return &cognitoidp.DescribeUserPoolOutput{UserPool: described(p, users)}, nil
}
