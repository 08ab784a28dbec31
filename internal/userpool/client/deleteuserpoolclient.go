package client

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// DeleteUserPoolClient removes a client. Its tokens and open challenges mean nothing from the same moment, because whoever looks
// at them looks for the client first; the sweep takes their rows when their time is over, and the id does not come again.
func (s *Service) DeleteUserPoolClient(c *op.Call, in *cognitoidp.DeleteUserPoolClientInput) error {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return err
	}
	if err := userpool.Clients.Delete(c.Tx, userpool.Clients.Key(client)); err != nil {
		return fmt.Errorf("delete app client: %w", err)
	}
	for _, forget := range s.Forget {
		if err := forget(c.Tx, p, client.ID); err != nil {
			return err
		}
	}
	return nil
}
