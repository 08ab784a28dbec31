package trigger

import (
	"context"
	"errors"
	"fmt"
)

// SenderRequest is what CustomEmailSender and CustomSMSSender are told: to send a message by themselves.
type SenderRequest struct {
	Type string `json:"type"`
	// Code is the base64 of the encrypted code, nil for notices without one.
	Code           *string           `json:"code"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	Attributes     map[string]string `json:"userAttributes"`
}

// CustomEmailSender has a function send an e-mail. source is such as CustomEmailSender_SignUp.
func (f *Functions) CustomEmailSender(ctx context.Context, function, source string, about About, in SenderRequest) error {
	in.Type = "customEmailSenderRequestV1"
	return f.send(ctx, "CustomEmailSender", function, source, about, in)
}

// CustomSMSSender has a function send an SMS. source is such as CustomSMSSender_SignUp.
func (f *Functions) CustomSMSSender(ctx context.Context, function, source string, about About, in SenderRequest) error {
	in.Type = "customSMSSenderRequestV1"
	return f.send(ctx, "CustomSMSSender", function, source, about, in)
}

// send invokes a function whose answer does not matter, once: whoever wants another attempt makes it later. Its own words stay with it: they may hold the code.
func (f *Functions) send(ctx context.Context, trigger, function, source string, about About, in SenderRequest) error {
	q := question{function: function, trigger: trigger, source: source, about: about, request: in, response: empty{}}
	payload, err := q.event()
	if err != nil {
		return err
	}
	if _, err := f.invoke(ctx, function, payload, 1, SenderTime); err != nil {
		var failed *FunctionError
		var not *InvokeError
		if errors.As(err, &failed) || errors.As(err, &not) || errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s: %w", trigger, err)
		}
		return errors.New(trigger + ": the function could not be reached") // its address may hold a secret
	}
	return nil
}
