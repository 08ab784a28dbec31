package profile

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// VerifyUserAttribute takes the code that was sent to an address. From then on the address is verified, and in force if it waited
// for that; one that another user holds as alias is refused.
func (s *Service) VerifyUserAttribute(c *op.Call, in *cognitoidp.VerifyUserAttributeInput) (*cognitoidp.VerifyUserAttributeOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if in.AttributeName != userpool.Email && in.AttributeName != userpool.Phone {
		return nil, notVerifiable(in.AttributeName)
	}
	if err := s.Realm.Within(c, b.Pool, b.User.Sub, userpool.VerifyLimit); err != nil {
		return nil, err
	}
	proved, err := s.Realm.Redeem(c.Tx, b.Pool, b.User.Sub, userpool.AttributeCode(in.AttributeName), in.Code, c.Now)
	switch {
	case errors.Is(err, userpool.ErrCodeExpired):
		return nil, userpool.CodeExpired()
	case errors.Is(err, userpool.ErrCodeWrong):
		return nil, userpool.CodeWrong()
	case err != nil:
		return nil, err
	}
	if !b.User.VerifyAddress(proved, c.Now) {
		return nil, userpool.CodeExpired()
	}
	b.User.Modified = c.Now
	if err := s.Realm.PutUser(c.Tx, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.VerifyUserAttributeOutput{}, nil
}
