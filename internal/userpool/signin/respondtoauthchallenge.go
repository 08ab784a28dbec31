package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// RespondToAuthChallenge takes the answer to a challenge and goes on with the sign-in.
func (s *Service) RespondToAuthChallenge(c *op.Call, in *cognitoidp.RespondToAuthChallengeInput) (*cognitoidp.RespondToAuthChallengeOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	o, err := (&step{realm: s.Realm, c: c, watch: s.Guard.Watch(c, p, client, threat.Public(c, client, in.UserContextData)), client: client, pool: p, session: in.Session, params: in.ChallengeResponses, metadata: in.ClientMetadata}).respond(in.ChallengeName)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.RespondToAuthChallengeOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens}
	out.ChallengeName, out.Session = o.answer()
	return out, nil
}

// respond takes the answer to a challenge.
func (s *step) respond(challenge string) (*outcome, error) {
	if s.params == nil {
		return nil, missing("challenge responses")
	}
	s.answers = challenge
	if o, mine, err := s.respondFirst(challenge); mine {
		return o, err
	}
	switch challenge {
	case passwordVerifier:
		return s.finishSRP()
	case newPasswordRequired:
		return s.answerNewPassword()
	case selectMFAType:
		return s.answerChoice()
	case userpool.SMSFactor, userpool.TOTPFactor, userpool.EmailFactor:
		return s.answerCode(challenge)
	case customChallenge:
		return s.answerCustom()
	case deviceSRP:
		return s.startDevice()
	case deviceVerifier:
		return s.finishDevice()
	case userpool.SetupChallenge:
		return s.answerSetup()
	default:
		return nil, userpool.Unsupported("ChallengeName " + challenge)
	}
}
