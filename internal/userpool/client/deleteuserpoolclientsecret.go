package client

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// DeleteUserPoolClientSecret ends one of a client's two secrets from the same moment. The one that stays is the client's secret.
func (s *Service) DeleteUserPoolClientSecret(c *op.Call, in *cognitoidp.DeleteUserPoolClientSecretInput) (*cognitoidp.DeleteUserPoolClientSecretOutput, error) {
	client, err := s.clientOf(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	row := *client
	switch {
	case !client.HasSecret():
		return nil, noSecret()
	case client.Second == nil:
		if in.ClientSecretId == secretID(client.ID, client.FirstMade()) {
			return nil, onlySecret()
		}
		return nil, noSecret()
	case in.ClientSecretId == secretID(client.ID, client.FirstMade()):
		row.Secret, row.SecretMade = client.Second.Secret, client.Second.Made
	case in.ClientSecretId != secretID(client.ID, client.Second.Made):
		return nil, noSecret()
	}
	row.Second = nil
	row.Settings.LastModifiedDate = new(c.Now)
	if err := userpool.Clients.Put(c.Tx, &row); err != nil {
		return nil, fmt.Errorf("write app client: %w", err)
	}
	return &cognitoidp.DeleteUserPoolClientSecretOutput{}, nil
}
