package signin

import (
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// InitiateAuth starts a sign-in. It answers with the first challenge, or with tokens when the flow needs none.
func (s *Service) InitiateAuth(c *op.Call, in *cognitoidp.InitiateAuthInput) (*cognitoidp.InitiateAuthOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(in.AuthFlow, "ADMIN_") {
		return nil, methodNotSupported()
	}
	if !client.Allows(in.AuthFlow) {
		return nil, flowNotEnabled(in.AuthFlow)
	}
	o, err := (&step{realm: s.Realm, c: c, watch: s.Guard.Watch(c, p, client, threat.Public(c, client, in.UserContextData)), client: client, pool: p, session: in.Session, params: in.AuthParameters, validation: in.ClientMetadata}).start(in.AuthFlow)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.InitiateAuthOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens, AvailableChallenges: o.available}
	out.ChallengeName, out.Session = o.answer()
	return out, nil
}

// start runs a flow that the client allows.
func (s *step) start(flow string) (*outcome, error) {
	if s.params == nil {
		return nil, missing("authParameters")
	}
	switch flow {
	case "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH":
		return s.password()
	case "USER_SRP_AUTH":
		return s.startSRP()
	case "USER_AUTH":
		return s.startChoice()
	case "CUSTOM_AUTH":
		return s.startCustom()
	case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
		return s.refresh()
	default:
		return nil, userpool.Unsupported("AuthFlow " + flow)
	}
}

// maxUsername is the model's limit, in characters.
const maxUsername = 128

// required answers that one of the parameters is missing, or that the user name is longer than any.
func (s *step) required(names ...string) error {
	for _, n := range names {
		if s.params[n] == "" {
			return missing(n)
		}
	}
	if utf8.RuneCountInString(s.params["USERNAME"]) > maxUsername {
		return longUsername()
	}
	return nil
}

// hash is the SECRET_HASH of a step, nil if there is none.
func (s *step) hash() *string {
	if h, ok := s.params["SECRET_HASH"]; ok {
		return &h
	}
	return nil
}
