package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// GetUserAttributeVerificationCode sends a code to an address of the user of the token, or to the one that waits to take its place.
func (s *Service) GetUserAttributeVerificationCode(c *op.Call, in *cognitoidp.GetUserAttributeVerificationCodeInput) (*cognitoidp.GetUserAttributeVerificationCodeOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if in.AttributeName != userpool.Email && in.AttributeName != userpool.Phone {
		return nil, notVerifiable(in.AttributeName)
	}
	if len(b.Pool.Settings.AutoVerifiedAttributes) == 0 {
		return nil, userpool.NothingVerified()
	}
	to := userpool.Attribute{Name: in.AttributeName, Value: b.User.PendingValue(in.AttributeName, c.Now)}
	if to.Value == "" {
		to.Value, _ = b.User.Get(in.AttributeName)
	}
	if to.Value == "" {
		return nil, noValue(in.AttributeName)
	}
	if err := s.Realm.Within(c, b.Pool, b.User.Sub, userpool.AttributeCodeLimit); err != nil {
		return nil, err
	}
	if b.User.RenewPending(in.AttributeName, c.Now) {
		if err := s.Realm.PutUser(c.Tx, b.Pool, b.User); err != nil {
			return nil, err
		}
	}
	d, err := s.Realm.SendAttributeCode(c, b.Pool, b.User, userpool.OnVerify, to, userpool.Via{Client: b.Client, Metadata: in.ClientMetadata})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetUserAttributeVerificationCodeOutput{CodeDeliveryDetails: d}, nil
}
