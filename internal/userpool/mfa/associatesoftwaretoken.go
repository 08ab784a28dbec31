package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AssociateSoftwareToken gives a user the key for an authenticator application: one who is signed in, or one whom MFA_SETUP asks
// for a factor. The key is worth nothing until VerifySoftwareToken; a second one takes its place.
func (s *Service) AssociateSoftwareToken(c *op.Call, in *cognitoidp.AssociateSoftwareTokenInput) (*cognitoidp.AssociateSoftwareTokenOutput, error) {
	if (in.AccessToken == nil) == (in.Session == nil) {
		return nil, oneCredential()
	}
	if in.Session != nil {
		return s.associateInSession(c, *in.Session)
	}
	b, err := s.Realm.Access(c, *in.AccessToken)
	if err != nil {
		return nil, err
	}
	if !b.Pool.Factors.Has(userpool.TOTPFactor) {
		return nil, tokensOff()
	}
	text, sealed := s.Realm.NewAuthenticator(b.User)
	b.User.Factors.Associated = sealed
	if err := s.put(c, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.AssociateSoftwareTokenOutput{SecretCode: &text}, nil
}

func (s *Service) associateInSession(c *op.Call, session string) (*cognitoidp.AssociateSoftwareTokenOutput, error) {
	x, err := s.setup(c, session)
	if err != nil {
		return nil, err
	}
	text, sealed := s.Realm.NewAuthenticator(x.user)
	next, err := x.next(userpool.SecondFactor{Associated: sealed})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.AssociateSoftwareTokenOutput{SecretCode: &text, Session: &next}, nil
}
