package trigger

import "context"

// Done is a challenge that was answered, as the functions of custom sign-ins see it.
type Done struct {
	Name   string `json:"challengeName"`
	Result bool   `json:"challengeResult"`
	// Metadata is nil but for a challenge of the pool's own.
	Metadata *string `json:"challengeMetadata"`
}

// DefineRequest is what DefineAuthChallenge is asked.
type DefineRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	Session        []Done            `json:"session"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   *bool             `json:"userNotFound,omitempty"`
}

// DefineResponse is what comes next in a custom sign-in.
type DefineResponse struct {
	Challenge *string `json:"challengeName"`
	Issue     *bool   `json:"issueTokens"`
	Fail      *bool   `json:"failAuthentication"`
}

// DefineAuthChallenge asks what comes next.
func (f *Functions) DefineAuthChallenge(ctx context.Context, function string, about About, in DefineRequest) (out DefineResponse, err error) {
	o, err := f.ask(ctx, question{
		function: function, trigger: "DefineAuthChallenge", source: "DefineAuthChallenge_Authentication", about: about, request: in, response: out,
	})
	if err != nil {
		return out, err
	}
	return out, o.read(map[string]any{"challengeName": &out.Challenge, "issueTokens": &out.Issue, "failAuthentication": &out.Fail})
}

// CreateRequest is what CreateAuthChallenge is asked.
type CreateRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	Challenge      string            `json:"challengeName"`
	Session        []Done            `json:"session"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   *bool             `json:"userNotFound,omitempty"`
}

// CreateResponse is a challenge: what the client sees of it, what only VerifyAuthChallengeResponse does, and its name.
type CreateResponse struct {
	Public   map[string]string
	Private  map[string]string
	Metadata *string
}

// CreateAuthChallenge asks for a challenge.
func (f *Functions) CreateAuthChallenge(ctx context.Context, function string, about About, in CreateRequest) (out CreateResponse, err error) {
	o, err := f.ask(ctx, question{
		function: function, trigger: "CreateAuthChallenge", source: "CreateAuthChallenge_Authentication", about: about, request: in,
		response: struct {
			Public   *empty  `json:"publicChallengeParameters"`
			Private  *empty  `json:"privateChallengeParameters"`
			Metadata *string `json:"challengeMetadata"`
		}{},
	})
	if err != nil {
		return out, err
	}
	if out.Public, err = o.texts("publicChallengeParameters"); err != nil {
		return out, err
	}
	if out.Private, err = o.texts("privateChallengeParameters"); err != nil {
		return out, err
	}
	return out, o.read(map[string]any{"challengeMetadata": &out.Metadata})
}

// VerifyRequest is what VerifyAuthChallengeResponse is asked.
type VerifyRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	Private        map[string]string `json:"privateChallengeParameters"`
	Answer         string            `json:"challengeAnswer"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   *bool             `json:"userNotFound,omitempty"`
}

// VerifyAuthChallengeResponse asks whether an answer is right.
func (f *Functions) VerifyAuthChallengeResponse(ctx context.Context, function string, about About, in VerifyRequest) (right bool, err error) {
	o, err := f.ask(ctx, question{
		function: function, trigger: "VerifyAuthChallengeResponse", source: "VerifyAuthChallengeResponse_Authentication", about: about, request: in,
		response: struct {
			Right *bool `json:"answerCorrect"`
		}{},
	})
	if err != nil {
		return false, err
	}
	return right, o.read(map[string]any{"answerCorrect": &right})
}
