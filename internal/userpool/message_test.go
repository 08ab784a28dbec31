package userpool_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A message is worth sending as long as its code is worth anything.
func TestMessage_expires(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(nil, "EMAIL_OTP")
	client := w.ChoiceClient(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.AuthSessionValidity = new(int64(5)) })
	w.User(pool, "jo", "jo@example.com")
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: client, Username: "mo", Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("mo@example.com")}},
	})
	pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"})
	pooltest.Must(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_AUTH", ClientId: client, AuthParameters: map[string]string{"USERNAME": "jo", "PREFERRED_CHALLENGE": "EMAIL_OTP"},
	})
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: "bo", DesiredDeliveryMediums: []string{"EMAIL"}, UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("bo@example.com")}},
	})
	var got []time.Duration
	for _, m := range w.Messages() {
		if m.Expires.IsZero() {
			got = append(got, 0) // a temporary password outlives all attempts
			continue
		}
		got = append(got, m.Expires.Sub(m.Time))
	}
	want := []time.Duration{24 * time.Hour, time.Hour, 5 * time.Minute, 0}
	if len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("messages are of use for %v, want %v", got, want)
	}
}
