package user

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// AdminCreateUser makes a user with a temporary password, given or made up, and sends it to him unless told not to. With
// MessageAction RESEND it gives one who has not used his a new one. A user whom a code can let in is made without a password unless one
// is given, and is confirmed at once.
func (s *Service) AdminCreateUser(c *op.Call, in *cognitoidp.AdminCreateUserInput) (*cognitoidp.AdminCreateUserOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	via := userpool.Via{Metadata: in.ClientMetadata}
	action := ""
	if in.MessageAction != nil {
		action = *in.MessageAction
	}
	var u *userpool.User
	if action == "RESEND" {
		u, err = s.invitedAgain(c, p, in.Username)
	} else {
		u, err = s.invited(c, p, in)
	}
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	given := in.TemporaryPassword != nil && *in.TemporaryPassword != ""
	password := ""
	switch {
	case given:
		password = *in.TemporaryPassword
	case action == "RESEND" || !p.Passwordless(u):
		password = p.Policy().Temporary()
	}
	if password != "" {
		if err := p.Policy().Check(password); err != nil {
			return nil, noPolicyReason(err)
		}
	}
	if action != "RESEND" {
		if err := s.Realm.NameTaken(c.Tx, p, u, userExists()); err != nil {
			return nil, err
		}
		if _, err := s.Realm.PreSignUp(c, p, u, trigger.AdminCreateUser, via, in.ValidationData); err != nil {
			return nil, err
		}
	}
	u.Status, u.Modified = userpool.Confirmed, c.Now
	if password != "" {
		if err := s.Realm.SetPassword(c, p, u, password); err != nil {
			return nil, err
		}
		u.Status, u.TemporarySince = userpool.ForceChangePassword, c.Now
	}
	if in.ForceAliasCreation != nil && *in.ForceAliasCreation {
		for _, name := range []string{userpool.Email, userpool.Phone} {
			if p.SignsInWith(name) && u.Verified(name) {
				if err := s.Realm.TakeAlias(c.Tx, p, u, name, c.Now); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	if action != "SUPPRESS" {
		if err := s.Realm.SendInvitation(c, p, u, media(in.DesiredDeliveryMediums, u), password, via); err != nil {
			return nil, err
		}
	}
	return &cognitoidp.AdminCreateUserOutput{User: new(p.UserType(u, nil))}, nil
}

// invited is a new user with names and attributes, not yet written.
func (s *Service) invited(c *op.Call, p *userpool.Pool, in *cognitoidp.AdminCreateUserInput) (*userpool.User, error) {
	u := &userpool.User{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: op.Once(c, "sub", userpool.NewSub), Enabled: true, Created: c.Now}
	if err := p.NameUser(&userpool.User{Sub: u.Sub}, in.Username); err != nil {
		return nil, err
	}
	if err := p.SetByAdmin(u, in.UserAttributes); err != nil {
		return nil, err
	}
	if err := p.NameUser(u, in.Username); err != nil {
		return nil, err
	}
	for _, a := range in.UserAttributes {
		for _, name := range []string{userpool.Email, userpool.Phone} {
			if a.Name != name+"_verified" || a.Value == nil {
				continue
			}
			if *a.Value != "true" && *a.Value != "false" {
				return nil, badFlag(a.Name)
			}
			if _, ok := u.Get(name); !ok && *a.Value == "true" {
				return nil, userpool.Unproven(name)
			}
		}
	}
	// Required attributes an administrator leaves out are asked for with the new password.
	return u, nil
}

func (s *Service) invitedAgain(c *op.Call, p *userpool.Pool, name string) (*userpool.User, error) {
	u, err := s.Realm.KnownUser(c.Tx, p, name)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	if u.Status != userpool.ForceChangePassword {
		return nil, cannotResend()
	}
	u.SignOutEverywhere() // challenges of the old temporary password end
	return u, nil
}

// media are the ways an invitation goes: those asked for, else SMS, or e-mail for a user without a phone number (the latter
// inferred).
func media(desired []string, u *userpool.User) []string {
	if len(desired) > 0 {
		return slices.Compact(slices.Sorted(slices.Values(desired)))
	}
	if _, ok := u.Get(userpool.Phone); ok {
		return []string{userpool.MediumSMS}
	}
	return []string{userpool.MediumEmail}
}
