package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminSetUserSettings is SetUserSettings for any user.
func (s *Service) AdminSetUserSettings(c *op.Call, in *cognitoidp.AdminSetUserSettingsInput) (*cognitoidp.AdminSetUserSettingsOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := setOptions(u, in.MFAOptions); err != nil {
		return nil, err
	}
	if err := s.put(c, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminSetUserSettingsOutput{}, nil
}
