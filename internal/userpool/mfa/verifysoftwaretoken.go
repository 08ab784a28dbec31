package mfa

import (
	"errors"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxDeviceName bounds FriendlyDeviceName, which stands in the user's row and in every challenge. (inferred)
const maxDeviceName = 256

// VerifySoftwareToken registers an authenticator application that shows a right code. For a user who is signed in it is switched on
// by SetUserMFAPreference; for one whom MFA_SETUP asks it is on at once.
func (s *Service) VerifySoftwareToken(c *op.Call, in *cognitoidp.VerifySoftwareTokenInput) (*cognitoidp.VerifySoftwareTokenOutput, error) {
	if (in.AccessToken == nil) == (in.Session == nil) {
		return nil, oneCredential()
	}
	device := ""
	if in.FriendlyDeviceName != nil {
		device = *in.FriendlyDeviceName
	}
	if utf8.RuneCountInString(device) > maxDeviceName {
		return nil, longDeviceName()
	}
	if in.Session != nil {
		return s.verifyInSession(c, *in.Session, in.UserCode, device)
	}
	b, err := s.Realm.Access(c, *in.AccessToken)
	if err != nil {
		return nil, err
	}
	switch {
	case !b.Pool.Factors.Has(userpool.TOTPFactor):
		return nil, tokensOff()
	case len(b.User.Factors.Associated) == 0:
		return nil, notAssociated()
	}
	err = s.Realm.Register(b.User, b.User.Factors.Associated, in.UserCode, device, c.Now)
	if errors.Is(err, userpool.ErrTOTPWrong) {
		return nil, wrongWithToken()
	}
	if err != nil {
		return nil, err
	}
	if err := s.put(c, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.VerifySoftwareTokenOutput{Status: new("SUCCESS")}, nil
}

func (s *Service) verifyInSession(c *op.Call, session, code, device string) (*cognitoidp.VerifySoftwareTokenOutput, error) {
	x, err := s.setup(c, session)
	if err != nil {
		return nil, err
	}
	if x.row.Factor == nil || len(x.row.Factor.Associated) == 0 {
		return nil, notAssociated()
	}
	err = s.Realm.Register(x.user, x.row.Factor.Associated, code, device, c.Now)
	if errors.Is(err, userpool.ErrTOTPWrong) {
		return nil, wrongWithSession()
	}
	if err != nil {
		return nil, err
	}
	x.user.Factors.Switch(userpool.TOTPFactor, true)
	if err := s.put(c, x.pool, x.user); err != nil {
		return nil, err
	}
	next, err := x.next(userpool.SecondFactor{Verified: true})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.VerifySoftwareTokenOutput{Status: new("SUCCESS"), Session: &next}, nil
}
