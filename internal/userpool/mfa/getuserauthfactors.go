package mfa

import (
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
	out := &cognitoidp.GetUserAuthFactorsOutput{Username: b.User.Username}
	out.UserMFASettingList, out.PreferredMfaSetting = b.User.Factors.Shown()
	out.ConfiguredUserAuthFactors, err = s.configured(c, b.Pool, b.User)
	return out, err
}

// configured are the first factors that the pool allows of those a user has.
func (s *Service) configured(c *op.Call, p *userpool.Pool, u *userpool.User) ([]string, error) {
	keys, err := s.Realm.PasskeysOf(c.Tx, p, u.Sub, "")
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{userpool.PasswordFirst, u.HasPassword()}, {userpool.EmailFirst, u.Reaches(userpool.EmailFactor)}, {userpool.SMSFirst, u.Reaches(userpool.SMSFactor)},
		{userpool.PasskeyFirst, len(keys) > 0},
	} {
		if f.has && p.Begins(f.name) {
			out = append(out, f.name)
		}
	}
	return out, nil
}
