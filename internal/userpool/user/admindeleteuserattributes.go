package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminDeleteUserAttributes removes attributes of a user.
func (s *Service) AdminDeleteUserAttributes(c *op.Call, in *cognitoidp.AdminDeleteUserAttributesInput) (*cognitoidp.AdminDeleteUserAttributesOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.DeleteAttributes(c, p, nil, u, in.UserAttributeNames); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminDeleteUserAttributesOutput{}, nil
}
