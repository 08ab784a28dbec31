package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// GetUserPoolSessionConfiguration tells whether a pool tracks its users' sessions, and how many each may have.
func (s *Service) GetUserPoolSessionConfiguration(c *op.Call, in *cognitoidp.GetUserPoolSessionConfigurationInput) (*cognitoidp.GetUserPoolSessionConfigurationOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	tracking, max := shown(p.Tracking())
	return &cognitoidp.GetUserPoolSessionConfigurationOutput{UserPoolId: &in.UserPoolId, UserSessionTracking: tracking, TokenSession: max}, nil
}

func shown(t userpool.Tracking) (*string, *cognitoidp.UserPoolTokenSessionConfigType) {
	tracking := "DISABLED"
	if t.Enabled {
		tracking = "ENABLED"
	}
	return &tracking, &cognitoidp.UserPoolTokenSessionConfigType{MaxPerUser: t.MaxPerUser}
}
