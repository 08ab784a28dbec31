package signup

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ConfirmSignUp confirms a user by the code sent to him, and verifies the address it was sent to. An alias another user holds is
// refused, or with ForceAliasCreation taken from him.
func (s *Service) ConfirmSignUp(c *op.Call, in *cognitoidp.ConfirmSignUpInput) (*cognitoidp.ConfirmSignUpOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, in.SecretHash, in.Username); err != nil {
		return nil, err
	}
	u, who, err := s.find(c, p, in.Username)
	if err != nil {
		return nil, err
	}
	if u == nil && !client.HidesUsers() {
		return nil, userpool.NoCombination()
	}
	if u != nil && u.Status != userpool.Unconfirmed {
		return nil, userpool.WrongStatus(u.Status)
	}
	if err := s.Realm.Within(c, p, who, userpool.ConfirmLimit); err != nil {
		return nil, err
	}
	if u == nil {
		return nil, userpool.CodeExpired()
	}
	attribute, err := s.Realm.RedeemCode(c.Tx, p, u, userpool.SignUpCode, in.ConfirmationCode, c.Now)
	switch {
	case errors.Is(err, userpool.ErrCodeExpired):
		return nil, userpool.CodeExpired()
	case errors.Is(err, userpool.ErrCodeWrong):
		return nil, userpool.CodeWrong()
	case err != nil:
		return nil, err
	case attribute == "":
		return nil, userpool.CodeExpired() // it proves an address the user no longer has
	}
	u.Set(attribute+"_verified", "true")
	u.Status, u.Modified = userpool.Confirmed, c.Now
	if in.ForceAliasCreation != nil && *in.ForceAliasCreation && p.SignsInWith(attribute) {
		if err := s.Realm.TakeAlias(c.Tx, p, u, attribute, c.Now); err != nil {
			return nil, err
		}
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.ConfirmSignUpOutput{}, nil
}
