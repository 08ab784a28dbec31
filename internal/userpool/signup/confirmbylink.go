package signup

import (
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// ConfirmByLink confirms a user whose e-mail led him to a page of the pool's domain, as ConfirmSignUp does by the code that the link
// holds: once, in its time, within the same limit. Its errors are ConfirmSignUp's too; a page does not tell them apart, so that nobody
// learns who has an account.
func (s *Service) ConfirmByLink(c *op.Call, pool userpool.PoolID, clientID, name, code string) error {
	client, p, err := s.Realm.Client(c.Tx, clientID)
	if err != nil {
		return err
	}
	if p.ID != pool {
		return userpool.CodeExpired() // a link of another pool
	}
	u, attribute, err := s.redeem(c, p, client, name, code)
	if err != nil {
		return err
	}
	if err := s.confirm(c, p, u, attribute, false); err != nil {
		return err
	}
	s.Realm.PostConfirmation(c, p, u, trigger.ConfirmSignUp, userpool.Via{Client: client})
	return nil
}
