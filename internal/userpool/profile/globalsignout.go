package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GlobalSignOut ends every sign-in of the user, this one included: no refresh token makes tokens any more, and no access token made
// so far is taken.
func (s *Service) GlobalSignOut(c *op.Call, in *cognitoidp.GlobalSignOutInput) (*cognitoidp.GlobalSignOutOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	b.User.SignOutEverywhere()
	if err := s.Realm.PutUser(c.Tx, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.GlobalSignOutOutput{}, nil
}
