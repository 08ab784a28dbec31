package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// SetUserMFAPreference lets a user choose his second factors. Where the pool demands one he cannot switch off the last.
func (s *Service) SetUserMFAPreference(c *op.Call, in *cognitoidp.SetUserMFAPreferenceInput) (*cognitoidp.SetUserMFAPreferenceOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := webAuthn(b.Pool, b.User, in.WebAuthnMfaSettings); err != nil {
		return nil, err
	}
	had := hasOne(b.Pool, b.User)
	if err := prefer(b.User, wishes(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings)); err != nil {
		return nil, err
	}
	if err := keepsOne(b.Pool, b.User, had); err != nil {
		return nil, err
	}
	if err := s.put(c, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.SetUserMFAPreferenceOutput{}, nil
}
