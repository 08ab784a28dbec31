package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// AdminRespondToAuthChallenge takes the answer to a challenge that AdminInitiateAuth, or this operation, gave.
func (s *Service) AdminRespondToAuthChallenge(c *op.Call, in *cognitoidp.AdminRespondToAuthChallengeInput) (*cognitoidp.AdminRespondToAuthChallengeOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	o, err := (&step{realm: s.Realm, c: c, watch: s.Guard.Watch(c, p, client, threat.Admin(client, in.ContextData)), client: client, pool: p, admin: true, session: in.Session, params: in.ChallengeResponses, metadata: in.ClientMetadata}).respond(in.ChallengeName)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.AdminRespondToAuthChallengeOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens}
	out.ChallengeName, out.Session = o.answer()
	return out, nil
}
