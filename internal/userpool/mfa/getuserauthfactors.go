package mfa

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// GetUserAuthFactors tells a user his second factors, and with what he may begin a sign-in: what the pool allows of what he has.
func (s *Service) GetUserAuthFactors(c *op.Call, in *cognitoidp.GetUserAuthFactorsInput) (*cognitoidp.GetUserAuthFactorsOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.GetUserAuthFactorsOutput{Username: b.User.Username, ConfiguredUserAuthFactors: []string{}}
	out.UserMFASettingList, out.PreferredMfaSetting = b.User.Factors.Shown()
	for _, f := range []struct {
		name string
		has  bool
	}{{"PASSWORD", b.User.HasPassword()}, {"EMAIL_OTP", b.User.Reaches(userpool.EmailFactor)}, {"SMS_OTP", b.User.Reaches(userpool.SMSFactor)}} {
		if f.has && slices.Contains(b.Pool.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors, f.name) {
			out.ConfiguredUserAuthFactors = append(out.ConfiguredUserAuthFactors, f.name)
		}
	}
	return out, nil
}
