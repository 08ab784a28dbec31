package client

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AddUserPoolClientSecret gives a client that has a secret a second one, which is good at once. A secret made here is answered
// this once; one that came with the call is not repeated.
func (s *Service) AddUserPoolClientSecret(c *op.Call, in *cognitoidp.AddUserPoolClientSecretInput) (*cognitoidp.AddUserPoolClientSecretOutput, error) {
	client, err := s.clientOf(c, in.UserPoolId, in.ClientId)
	switch {
	case err != nil:
		return nil, err
	case !client.HasSecret():
		return nil, publicClient()
	case client.Second != nil:
		return nil, tooManySecrets()
	}
	text := draw(secretLength)
	if in.ClientSecret != nil {
		text = *in.ClientSecret
		if same, err := s.Realm.CheckSecret(client, text); err != nil {
			return nil, err
		} else if same {
			return nil, sameSecret() // deleting one of them would end neither
		}
	}
	made := c.Now
	if !made.Truncate(time.Second).After(client.FirstMade()) {
		made = client.FirstMade().Truncate(time.Second).Add(time.Second) // ids differ by the second
	}
	row := *client
	row.Second = &userpool.SecondSecret{Secret: s.Realm.SealSecret(client.ID, text), Made: made}
	row.Settings.LastModifiedDate = new(c.Now)
	if err := userpool.Clients.Put(c.Tx, &row); err != nil {
		return nil, fmt.Errorf("write app client: %w", err)
	}
	out := descriptors(&row)[1]
	if in.ClientSecret == nil {
		out.ClientSecretValue = &text
	}
	return &cognitoidp.AddUserPoolClientSecretOutput{ClientSecretDescriptor: &out}, nil
}
