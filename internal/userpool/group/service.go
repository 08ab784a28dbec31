package group

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area group.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.GroupAPI = (*Service)(nil)

// find returns the pool and the group of a call.
func (s *Service) find(c *op.Call, poolID, name string) (*userpool.Pool, *userpool.Group, error) {
	p, err := s.Realm.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	g, err := s.Realm.KnownGroup(c.Tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	return p, g, nil
}

// member returns the pool, the user and the group of a call; the user comes first.
func (s *Service) member(c *op.Call, poolID, user, name string) (*userpool.Pool, *userpool.User, *userpool.Group, error) {
	p, u, err := s.Realm.PoolUser(c, poolID, user)
	if err != nil {
		return nil, nil, nil, err
	}
	g, err := s.Realm.KnownGroup(c.Tx, p, name)
	if err != nil {
		return nil, nil, nil, err
	}
	return p, u, g, nil
}

// maxPage is the largest page, and the size of pages when a call gives none or 0. (inferred)
const maxPage = 60
