package signin

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// AdminInitiateAuth starts a sign-in for a server that has credentials of the account. It is InitiateAuth with other names for the
// password flow; a user is hidden or not as the client says.
func (s *Service) AdminInitiateAuth(c *op.Call, in *cognitoidp.AdminInitiateAuthInput) (*cognitoidp.AdminInitiateAuthOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	client, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	switch {
	case in.AuthFlow == "USER_PASSWORD_AUTH":
		return nil, methodNotSupported()
	case !client.Allows(in.AuthFlow) && strings.HasPrefix(in.AuthFlow, "ADMIN_"):
		return nil, adminFlowNotEnabled()
	case !client.Allows(in.AuthFlow):
		return nil, flowNotEnabled(in.AuthFlow)
	}
	o, err := (&step{realm: s.Realm, c: c, watch: s.Guard.Watch(c, p, client, threat.Admin(client, in.ContextData)), client: client, pool: p, admin: true, session: in.Session, params: in.AuthParameters, validation: in.ClientMetadata}).start(in.AuthFlow)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.AdminInitiateAuthOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens, AvailableChallenges: o.available}
	out.ChallengeName, out.Session = o.answer()
	return out, nil
}
