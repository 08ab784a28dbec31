package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// UpdateUserAttributes changes attributes of the user of the token which his client may write, and tells where codes for new
// addresses went. A user never says himself that an address is verified.
func (s *Service) UpdateUserAttributes(c *op.Call, in *cognitoidp.UpdateUserAttributesInput) (*cognitoidp.UpdateUserAttributesOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	sent, err := s.Realm.UpdateAttributes(c, b.Pool, b.User, in.UserAttributes, userpool.Via{Client: b.Client, Metadata: in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateUserAttributesOutput{CodeDeliveryDetailsList: sent}, nil
}
