package trigger

import "context"

// Sources of PreSignUp and PostConfirmation.
const (
	SignUp                = "PreSignUp_SignUp"
	AdminCreateUser       = "PreSignUp_AdminCreateUser"
	ConfirmSignUp         = "PostConfirmation_ConfirmSignUp"
	ConfirmForgotPassword = "PostConfirmation_ConfirmForgotPassword"
)

// PreSignUpRequest is what PreSignUp is asked.
type PreSignUpRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	ValidationData map[string]string `json:"validationData,omitempty"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// PreSignUpResponse is what PreSignUp decides. The flags count for SignUp only.
type PreSignUpResponse struct {
	Confirm     bool `json:"autoConfirmUser"`
	VerifyEmail bool `json:"autoVerifyEmail"`
	VerifyPhone bool `json:"autoVerifyPhone"`
}

// PreSignUp asks whether somebody may have an account.
func (f *Functions) PreSignUp(ctx context.Context, function, source string, about About, in PreSignUpRequest) (out PreSignUpResponse, err error) {
	o, err := f.ask(ctx, question{function: function, trigger: "PreSignUp", source: source, about: about, request: in, response: out})
	if err != nil {
		return out, err
	}
	return out, o.read(map[string]any{"autoConfirmUser": &out.Confirm, "autoVerifyEmail": &out.VerifyEmail, "autoVerifyPhone": &out.VerifyPhone})
}

// Notice is what functions are told that decide nothing but whether to fail.
type Notice struct {
	Attributes     map[string]string `json:"userAttributes"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// PostConfirmation tells that somebody was confirmed, or has a new password.
func (f *Functions) PostConfirmation(ctx context.Context, function, source string, about About, in Notice) error {
	_, err := f.ask(ctx, question{function: function, trigger: "PostConfirmation", source: source, about: about, request: in, response: empty{}})
	return err
}
