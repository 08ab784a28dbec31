package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminListUserSessions is ListUserSessions for any user. None of them is the current one.
func (s *Service) AdminListUserSessions(c *op.Call, in *cognitoidp.AdminListUserSessionsInput) (*cognitoidp.AdminListUserSessionsOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	list, err := s.list(c, p, u, nil, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.AdminListUserSessionsOutput{Sessions: list}, nil
}
