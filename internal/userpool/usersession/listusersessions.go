package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ListUserSessions returns the user's sessions with all clients, and which of them this one is.
func (s *Service) ListUserSessions(c *op.Call, in *cognitoidp.ListUserSessionsInput) (*cognitoidp.ListUserSessionsOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	list, err := s.list(c, b.Pool, b.User, b.Family, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ListUserSessionsOutput{Sessions: list}, nil
}
