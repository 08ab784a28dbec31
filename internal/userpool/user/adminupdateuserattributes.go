package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminUpdateUserAttributes changes attributes of a user. What the administrator says is verified counts at once.
func (s *Service) AdminUpdateUserAttributes(c *op.Call, in *cognitoidp.AdminUpdateUserAttributesInput) (*cognitoidp.AdminUpdateUserAttributesOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if _, err := s.Realm.UpdateAttributes(c, p, u, in.UserAttributes, userpool.Via{Metadata: in.ClientMetadata}); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminUpdateUserAttributesOutput{}, nil
}
