package usersession

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area usersession.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.UsersessionAPI = (*Service)(nil)

// list are a user's active sessions, the one used last first: all of them, since he cannot have more than a page holds. [Cognito: a
// page has up to 125] So no answer has a token, and none is good. current is the family of the call, nil for none.
func (s *Service) list(c *op.Call, p *userpool.Pool, u *userpool.User, current *userpool.Family, token *string) ([]cognitoidp.SessionDescriptionType, error) {
	if !p.Tracking().Enabled {
		return nil, notTracked()
	}
	if token != nil {
		return nil, badPageToken()
	}
	active, _, err := s.Realm.ActiveSessions(c.Tx, p, u, c.Now)
	if err != nil {
		return nil, err
	}
	out := make([]cognitoidp.SessionDescriptionType, 0, len(active))
	for _, f := range slices.Backward(active) {
		out = append(out, cognitoidp.SessionDescriptionType{
			SessionId: &f.TokenSession.ID, SessionType: new("TOKEN"), ClientId: new(string(f.Client)), CreateDate: &f.AuthTime,
			LastActiveDate: &f.TokenSession.Active, DeviceType: new(deviceType(f.TokenSession.Agent)), LastIPAddress: &f.TokenSession.Address,
			IsCurrentSession: new(current != nil && f.ID == current.ID),
		})
	}
	return out, nil
}

// revoke ends a user's session with all its tokens. Nothing is linked to it, so that it makes no difference whether what is shall
// end too. current is the family of the call, which has RevokeToken and GlobalSignOut to end itself.
func (s *Service) revoke(c *op.Call, p *userpool.Pool, u *userpool.User, current *userpool.Family, id string) error {
	if !p.Tracking().Enabled {
		return notTracked()
	}
	f, err := s.Realm.ActiveSession(c.Tx, p, u, id, c.Now)
	if errors.Is(err, store.ErrNotFound) {
		return noSession()
	}
	if err != nil {
		return fmt.Errorf("read token session: %w", err)
	}
	if current != nil && f.ID == current.ID {
		return currentSession()
	}
	return s.Realm.Revoke(c.Tx, f)
}
