package pool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// maxCounted is how many users the estimate of a description counts: a bigger pool shows this number.
const maxCounted = 100_000

// DescribeUserPool returns a pool with all its settings.
func (s *Service) DescribeUserPool(c *op.Call, in *cognitoidp.DescribeUserPoolInput) (*cognitoidp.DescribeUserPoolOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	users, err := s.Realm.CountUsers(c.Tx, p, maxCounted)
	if err != nil {
		return nil, fmt.Errorf("count users: %w", err)
	}
	return &cognitoidp.DescribeUserPoolOutput{UserPool: described(p, users)}, nil
}
