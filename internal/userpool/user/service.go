package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area user.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.UserAPI = (*Service)(nil)

// find returns the pool and the user of a call.
func (s *Service) find(c *op.Call, poolID, name string) (*userpool.Pool, *userpool.User, error) {
	p, err := s.Realm.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	u, err := s.Realm.KnownUser(c.Tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	c.Record.Subject(u.Sub)
	return p, u, nil
}
