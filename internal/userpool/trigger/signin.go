package trigger

import "context"

// PreAuthenticationRequest is what PreAuthentication is asked.
type PreAuthenticationRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	ValidationData map[string]string `json:"validationData,omitempty"`
	// UserNotFound is nil where the client does not hide users.
	UserNotFound *bool `json:"userNotFound,omitempty"`
}

// PreAuthentication asks whether somebody may try to sign in.
func (f *Functions) PreAuthentication(ctx context.Context, function string, about About, in PreAuthenticationRequest) error {
	_, err := f.ask(ctx, question{
		function: function, trigger: "PreAuthentication", source: "PreAuthentication_Authentication", about: about, request: in, response: empty{},
	})
	return err
}

// PostAuthenticationRequest is what PostAuthentication is told.
type PostAuthenticationRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	NewDeviceUsed  bool              `json:"newDeviceUsed"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// PostAuthentication tells that somebody has proved who he is; he gets no tokens if it fails.
func (f *Functions) PostAuthentication(ctx context.Context, function string, about About, in PostAuthenticationRequest) error {
	_, err := f.ask(ctx, question{
		function: function, trigger: "PostAuthentication", source: "PostAuthentication_Authentication", about: about, request: in, response: empty{},
	})
	return err
}
