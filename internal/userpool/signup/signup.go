package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// SignUp makes a user who has yet to be confirmed, and sends a code if the pool verifies an address he gave. He needs no password
// where a code to an address of his can begin a sign-in.
func (s *Service) SignUp(c *op.Call, in *cognitoidp.SignUpInput) (*cognitoidp.SignUpOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, in.SecretHash, in.Username); err != nil {
		return nil, err
	}
	if p.AdminOnly() {
		return nil, notPermitted()
	}
	if err := s.Realm.CheckLink(c.Tx, p); err != nil {
		return nil, err
	}
	u := &userpool.User{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: op.Once(c, "sub", userpool.NewSub), Status: userpool.Unconfirmed, Enabled: true,
		Created: c.Now, Modified: c.Now,
	}
	// The form of the name comes first, though naming needs the attributes.
	if err := p.NameUser(&userpool.User{Sub: u.Sub}, in.Username); err != nil {
		return nil, err
	}
	if err := p.SetByUser(client, u, in.UserAttributes); err != nil {
		return nil, err
	}
	if err := p.NameUser(u, in.Username); err != nil {
		return nil, err
	}
	if err := p.CheckRequired(u); err != nil {
		return nil, err
	}
	if in.Password == nil {
		if !p.Passwordless(u) {
			return nil, passwordMissing()
		}
	} else if err := p.Policy().Check(*in.Password); err != nil {
		return nil, cognitoidp.InvalidPasswordException(err.Error())
	}
	if err := s.Realm.NameTaken(c.Tx, p, u, userExists()); err != nil {
		return nil, err
	}
	via := userpool.Via{Client: client, Metadata: in.ClientMetadata}
	if err := s.welcome(c, p, u, via, in.ValidationData); err != nil {
		return nil, err
	}
	if in.Password != nil {
		if err := s.Realm.SetPassword(c, p, u, *in.Password); err != nil {
			return nil, err
		}
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	password := "" // there need be none
	if in.Password != nil {
		password = *in.Password
	}
	if err := s.watch(c, p, client, in.UserContextData).Change(threat.SignUp, u, password, u.Status == userpool.Confirmed); err != nil {
		return nil, err
	}
	out := &cognitoidp.SignUpOutput{UserSub: u.Sub}
	if u.Status == userpool.Confirmed {
		out.UserConfirmed = true
		s.Realm.PostConfirmation(c, p, u, trigger.ConfirmSignUp, via)
		return out, nil
	}
	if attribute := reachable(p, u); attribute != "" {
		if out.CodeDeliveryDetails, err = s.send(c, p, u, userpool.OnSignUp, attribute, via); err != nil {
			return nil, err
		}
	}
	if client.Allows("USER_AUTH") {
		text, err := s.Realm.OpenSignUp(c.Tx, p, client, u, userpool.SignedUp, nil, c.Now)
		if err != nil {
			return nil, err
		}
		out.Session = &text
	}
	return out, nil
}
