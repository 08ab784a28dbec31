package client

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeUserPoolClient returns a client with all its settings and its secret.
func (s *Service) DescribeUserPoolClient(c *op.Call, in *cognitoidp.DescribeUserPoolClientInput) (*cognitoidp.DescribeUserPoolClientOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	out, err := s.described(client)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeUserPoolClientOutput{UserPoolClient: out}, nil
}
