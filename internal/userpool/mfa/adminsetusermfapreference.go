package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminSetUserMFAPreference chooses a user's second factors. An administrator may switch off the last one, of a user who lost it:
// where the pool demands one he is asked to set up another.
func (s *Service) AdminSetUserMFAPreference(c *op.Call, in *cognitoidp.AdminSetUserMFAPreferenceInput) (*cognitoidp.AdminSetUserMFAPreferenceOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := webAuthn(p, u, in.WebAuthnMfaSettings); err != nil {
		return nil, err
	}
	if err := prefer(u, wishes(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings)); err != nil {
		return nil, err
	}
	if err := s.put(c, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminSetUserMFAPreferenceOutput{}, nil
}
