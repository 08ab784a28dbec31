package client

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ListUserPoolClientSecrets returns ids and dates of a client's secrets, the older first, never their values. There are two at
// most, so that there is no second page.
func (s *Service) ListUserPoolClientSecrets(c *op.Call, in *cognitoidp.ListUserPoolClientSecretsInput) (*cognitoidp.ListUserPoolClientSecretsOutput, error) {
	client, err := s.clientOf(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		return nil, badPageToken()
	}
	return &cognitoidp.ListUserPoolClientSecretsOutput{ClientSecrets: descriptors(client)}, nil
}
