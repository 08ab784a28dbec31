package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// RevokeUserSession ends another session of the user. [Cognito: not the one the call is made in]
func (s *Service) RevokeUserSession(c *op.Call, in *cognitoidp.RevokeUserSessionInput) (*cognitoidp.RevokeUserSessionOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.revoke(c, b.Pool, b.User, b.Family, in.SessionId); err != nil {
		return nil, err
	}
	return &cognitoidp.RevokeUserSessionOutput{}, nil
}
