package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetUser returns the user of the token with the attributes his client may read.
func (s *Service) GetUser(c *op.Call, in *cognitoidp.GetUserInput) (*cognitoidp.GetUserOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	factors, preferred := b.User.Factors.Shown()
	return &cognitoidp.GetUserOutput{
		Username: b.User.Username, UserAttributes: b.Pool.Shown(b.User, b.Client.Reads),
		MFAOptions: b.User.Factors.OptionsShown(), UserMFASettingList: factors, PreferredMfaSetting: preferred,
	}, nil
}
