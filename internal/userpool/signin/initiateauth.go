package signin

import (
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
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
	var o *outcome
	switch in.AuthFlow {
	case "USER_PASSWORD_AUTH":
		o, err = s.password(c, client, p, in.AuthParameters)
	case "USER_SRP_AUTH":
		o, err = s.startSRP(c, client, p, in.AuthParameters)
	case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
		o, err = s.refresh(c, client, p, in.AuthParameters)
	default:
		return nil, userpool.Unsupported("AuthFlow " + in.AuthFlow)
	}
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.InitiateAuthOutput{ChallengeParameters: o.parameters, AuthenticationResult: o.tokens}
	if o.challenge != "" {
		out.ChallengeName = &o.challenge
	}
	if o.session != "" {
		out.Session = &o.session
	}
	return out, nil
}

// maxUsername is the model's limit, in characters.
const maxUsername = 128

// required answers that one of the parameters is missing, or that the user name is longer than any.
func required(params map[string]string, names ...string) error {
	for _, n := range names {
		if params[n] == "" {
			return missing(n)
		}
	}
	if utf8.RuneCountInString(params["USERNAME"]) > maxUsername {
		return longUsername()
	}
	return nil
}

// sentHash is the SECRET_HASH of a map of parameters, nil if there is none.
func sentHash(params map[string]string) *string {
	if h, ok := params["SECRET_HASH"]; ok {
		return &h
	}
	return nil
}
