package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminGetUser returns one user with all attributes.
func (s *Service) AdminGetUser(c *op.Call, in *cognitoidp.AdminGetUserInput) (*cognitoidp.AdminGetUserOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	factors, preferred := u.Factors.Shown()
	return &cognitoidp.AdminGetUserOutput{
		Username: u.Username, UserAttributes: p.Shown(u, nil), UserCreateDate: new(u.Created), UserLastModifiedDate: new(u.Modified),
		Enabled: new(u.Enabled), UserStatus: new(string(u.Status)),
		MFAOptions: u.Factors.OptionsShown(), UserMFASettingList: factors, PreferredMfaSetting: preferred,
	}, nil
}
