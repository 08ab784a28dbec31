package usersession

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// SetUserPoolSessionConfiguration switches the tracking of a pool's sessions on or off. Sign-ins from while it is off have no session
// and never get one. A smaller number ends what is too much with a user's next sign-in.
func (s *Service) SetUserPoolSessionConfiguration(c *op.Call, in *cognitoidp.SetUserPoolSessionConfigurationInput) (*cognitoidp.SetUserPoolSessionConfigurationOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if *p.Settings.UserPoolTier == "LITE" {
		return nil, trackingTier()
	}
	next := *p
	next.Sessions = &userpool.Tracking{Enabled: in.UserSessionTracking == "ENABLED", MaxPerUser: in.TokenSession.MaxPerUser}
	next.Settings.LastModifiedDate = new(c.Now)
	if err := userpool.Pools.Put(c.Tx, &next); err != nil {
		return nil, fmt.Errorf("write user pool: %w", err)
	}
	tracking, max := shown(*next.Sessions)
	return &cognitoidp.SetUserPoolSessionConfigurationOutput{UserPoolId: &in.UserPoolId, UserSessionTracking: tracking, TokenSession: max}, nil
}
