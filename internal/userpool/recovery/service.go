package recovery

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// Service is the area recovery.
type Service struct {
	Realm *userpool.Realm
	// Guard is threat protection, nil for none.
	Guard *threat.Guard
}

var _ cognitoidp.RecoveryAPI = (*Service)(nil)

// find returns the user a text means, and under which id his calls and codes stand. The user is nil if there is none and the
// client must not learn it.
func (s *Service) find(c *op.Call, client *userpool.Client, p *userpool.Pool, name string) (u *userpool.User, who string, err error) {
	u, err = s.Realm.User(c.Tx, p, name)
	switch {
	case err == nil:
		c.Record.Subject(u.Sub)
	case !errors.Is(err, store.ErrNotFound):
		return nil, "", fmt.Errorf("read user: %w", err)
	case !client.HidesUsers():
		return nil, "", userpool.NoCombination()
	default:
		who, err = s.Realm.Stranger(c.Tx, p, name)
		return nil, who, err
	}
	if !u.Enabled {
		return nil, "", userpool.Disabled()
	}
	return u, u.Sub, nil
}

// resettable tells whether a status has a password the user can reset himself. One who has yet to be confirmed has, if an
// administrator verified his address.
func resettable(s userpool.Status) bool {
	return s == userpool.Confirmed || s == userpool.Unconfirmed || s == userpool.ResetRequired
}

func contactAdministrator() *schema.Error {
	return cognitoidp.NotAuthorizedException("Contact administrator to reset password.")
}

// watch is threat protection's look at a call, nil where there is none.
func (s *Service) watch(c *op.Call, p *userpool.Pool, client *userpool.Client, d *cognitoidp.UserContextDataType) *threat.Watch {
	return s.Guard.Watch(c, p, client, threat.Public(c, client, d))
}
