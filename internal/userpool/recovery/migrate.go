package recovery

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// findOrMigrate is find for a pool whose function may know users that the pool does not. Where users are hidden, one whom the function
// refuses is answered as anybody unknown.
func (s *Service) findOrMigrate(c *op.Call, client *userpool.Client, p *userpool.Pool, in *cognitoidp.ForgotPasswordInput) (*userpool.User, string, error) {
	if p.Triggers().UserMigration == nil {
		return s.find(c, client, p, in.Username)
	}
	_, err := s.Realm.User(c.Tx, p, in.Username)
	if err == nil {
		return s.find(c, client, p, in.Username)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, "", fmt.Errorf("read user: %w", err)
	}
	who := s.Realm.Nobody(p, in.Username)
	if client.HidesUsers() { // the call itself is counted, and refused where too many were
		if spent, err := s.Realm.Spent(c.Tx, p, who, userpool.RecoveryLimit, c.Now); err != nil || spent {
			return nil, who, err
		}
	} else if err := s.Realm.Within(c, p, who, userpool.RecoveryLimit); err != nil {
		return nil, "", err
	}
	u, err := s.Realm.Migrate(c, p, trigger.MigrateAtForgotPassword, in.Username, nil, nil, userpool.Via{Client: client, Metadata: in.ClientMetadata})
	if s := c.Suspended(); s != nil {
		return nil, "", s
	}
	var refused *schema.Error
	if errors.As(err, &refused) && client.HidesUsers() {
		return nil, who, nil
	}
	if err != nil {
		return nil, "", err
	}
	return u, u.Sub, nil
}
