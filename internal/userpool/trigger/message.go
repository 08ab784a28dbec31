package trigger

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// Placeholders of message texts.
const (
	CodeParameter     = "{####}"
	LinkParameter     = "{##Click Here##}"
	UsernameParameter = "{username}"
)

// MessageRequest is what CustomMessage is asked.
type MessageRequest struct {
	Attributes map[string]string `json:"userAttributes"`
	Code       string            `json:"codeParameter"`
	// Link is set where the pool verifies by link.
	Link string `json:"linkParameter,omitempty"`
	// Username is nil but for invitations.
	Username       *string           `json:"usernameParameter"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// MessageResponse is texts, empty for those of the pool.
type MessageResponse struct {
	SMS     string
	Email   string
	Subject string
}

// CustomMessage asks for the texts of a message. Those that lack a placeholder or are too long are refused.
func (f *Functions) CustomMessage(ctx context.Context, function, source string, about About, in MessageRequest) (out MessageResponse, err error) {
	o, err := f.ask(ctx, question{
		function: function, trigger: "CustomMessage", source: source, about: about, request: in,
		response: struct {
			SMS     *string `json:"smsMessage"`
			Email   *string `json:"emailMessage"`
			Subject *string `json:"emailSubject"`
		}{},
	})
	if err != nil {
		return out, err
	}
	if err := o.read(map[string]any{"smsMessage": &out.SMS, "emailMessage": &out.Email, "emailSubject": &out.Subject}); err != nil {
		return out, err
	}
	for _, t := range []struct {
		text string
		most int
		body bool
	}{{out.SMS, 140, true}, {out.Email, 20_000, true}, {out.Subject, 140, false}} {
		switch {
		case t.text == "":
		case utf8.RuneCountInString(t.text) > t.most:
			return out, badMessage("is too long")
		case t.body && in.Username != nil && !strings.Contains(t.text, UsernameParameter):
			return out, badMessage("must contain " + UsernameParameter)
		case t.body && !strings.Contains(t.text, CodeParameter) && (in.Link == "" || !strings.Contains(t.text, "{##")):
			return out, badMessage("must contain " + CodeParameter)
		}
	}
	return out, nil
}

// badMessage refuses a text. (wording inferred)
func badMessage(what string) *schema.Error {
	return cognitoidp.InvalidLambdaResponseException("CustomMessage: the message " + what)
}
