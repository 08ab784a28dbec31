package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteUserAttributes removes attributes of the user of the token which his client may write.
func (s *Service) DeleteUserAttributes(c *op.Call, in *cognitoidp.DeleteUserAttributesInput) (*cognitoidp.DeleteUserAttributesOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.DeleteAttributes(c, b.Pool, b.Client, b.User, in.UserAttributeNames); err != nil {
		return nil, err
	}
	return &cognitoidp.DeleteUserAttributesOutput{}, nil
}
