package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminRevokeUserSession is RevokeUserSession for any user.
func (s *Service) AdminRevokeUserSession(c *op.Call, in *cognitoidp.AdminRevokeUserSessionInput) (*cognitoidp.AdminRevokeUserSessionOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.revoke(c, p, u, nil, in.SessionId); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminRevokeUserSessionOutput{}, nil
}
