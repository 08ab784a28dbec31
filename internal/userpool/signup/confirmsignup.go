package signup

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
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
	u, attribute, err := s.redeem(c, p, client, in.Username, in.ConfirmationCode)
	if err != nil {
		return nil, err
	}
	proved, err := s.proved(c, p, client, u, attribute, in.Session)
	if err != nil {
		return nil, err
	}
	if err := s.confirm(c, p, u, attribute, in.ForceAliasCreation != nil && *in.ForceAliasCreation); err != nil {
		return nil, err
	}
	out := &cognitoidp.ConfirmSignUpOutput{}
	if client.Allows("USER_AUTH") {
		text, err := s.Realm.OpenSignUp(c.Tx, p, client, u, userpool.SignUpConfirmed, proved, c.Now)
		if err != nil {
			return nil, err
		}
		out.Session = &text
	}
	s.Realm.PostConfirmation(c, p, u, trigger.ConfirmSignUp, userpool.Via{Client: client, Metadata: in.ClientMetadata})
	return out, nil
}

// redeem uses up the code by which somebody confirms his sign-up and returns him and the attribute whose address it went to.
func (s *Service) redeem(c *op.Call, p *userpool.Pool, client *userpool.Client, name, code string) (u *userpool.User, attribute string, err error) {
	u, who, err := s.find(c, p, name)
	if err != nil {
		return nil, "", err
	}
	if u == nil && !client.HidesUsers() {
		return nil, "", userpool.NoCombination()
	}
	if u != nil && u.Status != userpool.Unconfirmed {
		return nil, "", userpool.WrongStatus(u.Status)
	}
	if err := s.Realm.Within(c, p, who, userpool.ConfirmLimit); err != nil {
		return nil, "", err
	}
	if u == nil {
		return nil, "", userpool.CodeExpired()
	}
	attribute, err = s.Realm.RedeemCode(c.Tx, p, u, userpool.SignUpCode, code, c.Now)
	switch {
	case errors.Is(err, userpool.ErrCodeExpired):
		return nil, "", userpool.CodeExpired()
	case errors.Is(err, userpool.ErrCodeWrong):
		return nil, "", userpool.CodeWrong()
	case err != nil:
		return nil, "", err
	case attribute == "":
		return nil, "", userpool.CodeExpired() // it proves an address the user no longer has
	}
	return u, attribute, nil
}

// confirm writes a user as confirmed and the address as verified, which with force is taken from another user who has it as alias.
func (s *Service) confirm(c *op.Call, p *userpool.Pool, u *userpool.User, attribute string, force bool) error {
	u.Set(attribute+"_verified", "true")
	u.Status, u.Modified = userpool.Confirmed, c.Now
	if force && p.SignsInWith(attribute) {
		if err := s.Realm.TakeAlias(c.Tx, p, u, attribute, c.Now); err != nil {
			return err
		}
	}
	return s.Realm.PutUser(c.Tx, p, u)
}

// proved are the factors that a sign-up proves, so that a sign-in may follow at once: the address, where codes to it begin sign-ins or
// where the session that SignUp gave is brought along. None: the user has to prove one otherwise.
func (s *Service) proved(c *op.Call, p *userpool.Pool, client *userpool.Client, u *userpool.User, attribute string, session *string) ([]string, error) {
	factor, by := userpool.EmailFirst, userpool.ByEmail
	if attribute == userpool.Phone {
		factor, by = userpool.SMSFirst, userpool.BySMS
	}
	ok := p.Begins(factor)
	if session != nil {
		row, err := s.Realm.FindSession(c.Tx, *session)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && (row.Client != client.ID || row.Challenge != userpool.SignedUp || row.Who != u.Sub || row.Dead(u) || row.Used):
			return nil, userpool.InvalidSession()
		case err != nil:
			return nil, err
		case !row.Over(c.Now): // the code lives longer than the session
			if err := s.Realm.UseSession(c.Tx, row); err != nil {
				return nil, err
			}
			ok = true
		}
	}
	if !ok {
		return nil, nil
	}
	return []string{by}, nil
}
