package signin_test

import (
	"errors"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// The code of a first factor that confirms a sign-up tells PostConfirmation, after the commit; once confirmed, none does.
func TestChoice_confirmation(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = &cognitoidp.LambdaConfigType{PostConfirmation: new(pooltest.FunctionARN)}
	}, "EMAIL_OTP")
	client := w.ChoiceClient(pool, nil)
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: client, Username: "jo", Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("jo@example.com")}},
	})
	sub := w.Stored(pool, "jo").Sub
	answer := func() pooltest.Result {
		asked := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
		_, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{
			ClientId: client, ChallengeName: "EMAIL_OTP", Session: asked.Session, ClientMetadata: map[string]string{"from": "app"},
			ChallengeResponses: map[string]string{"USERNAME": "jo", "EMAIL_OTP_CODE": w.FirstCode()},
		})
		return res
	}
	w.Program(func(string, gjson.Result) (string, error) { return "", errors.New("down") })
	// As with ConfirmSignUp: the caller hears of the failure, and the user is confirmed.
	if res := answer(); res.Code != "UnexpectedLambdaException" {
		t.Fatal(res)
	}
	events := w.Events()
	if len(events) == 0 || events[0].Get("triggerSource").Str != "PostConfirmation_ConfirmSignUp" || events[0].Get("request.userAttributes.sub").Str != sub ||
		events[0].Get("request.userAttributes.cognito:user_status").Str != "CONFIRMED" || events[0].Get("request.userAttributes.email_verified").Str != "true" ||
		events[0].Get("request.clientMetadata.from").Str != "app" || events[0].Get("callerContext.clientId").Str != client {
		t.Fatal(events)
	}
	if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed {
		t.Fatal(u.Status)
	}
	if res := answer(); res.Err != nil || len(w.Events()) != 0 {
		t.Fatal(res)
	}
}
