package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminGetUserAuthFactors is GetUserAuthFactors for any user.
func (s *Service) AdminGetUserAuthFactors(c *op.Call, in *cognitoidp.AdminGetUserAuthFactorsInput) (*cognitoidp.AdminGetUserAuthFactorsOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.AdminGetUserAuthFactorsOutput{Username: u.Username}
	out.UserMFASettingList, out.PreferredMfaSetting = u.Factors.Shown()
	out.ConfiguredUserAuthFactors, err = s.configured(c, p, u)
	return out, err
}
