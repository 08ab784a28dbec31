package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// RespondToAuthChallenge takes the answer to a challenge and goes on with the sign-in.
func (s *Service) RespondToAuthChallenge(c *op.Call, in *cognitoidp.RespondToAuthChallengeInput) (*cognitoidp.RespondToAuthChallengeOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	var o *outcome
	switch in.ChallengeName {
	case passwordVerifier:
		o, err = s.finishSRP(c, client, p, in.ChallengeResponses)
	case newPasswordRequired:
		o, err = s.answerNewPassword(c, client, p, in.Session, in.ChallengeResponses)
	default:
		return nil, userpool.Unsupported("ChallengeName " + in.ChallengeName)
	}
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.RespondToAuthChallengeOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens}
	if o.challenge != "" {
		out.ChallengeName = &o.challenge
	}
	if o.session != "" {
		out.Session = &o.session
	}
	return out, nil
}
